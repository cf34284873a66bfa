package dev.mnistnative.report.terminal;

import dev.mnistnative.net.Mlp;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import dev.mnistnative.train.Unused;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Before the first step: what computes, why not the GPU if that was left open, and what is done to the samples. */
public final class StartNote implements TrainingListener {
    private final Screen screen;
    private final boolean tellsLeftOut;

    public StartNote(Screen screen) {
        this(screen, true);
    }

    private StartNote(Screen screen, boolean tellsLeftOut) {
        this.screen = screen;
        this.tellsLeftOut = tellsLeftOut;
    }

    /** Without what is left out and how to have it: for a run whose weights nobody keeps. */
    public static StartNote ofBenchmark(Screen screen) {
        return new StartNote(screen, false);
    }

    @Override
    public void onStart(TrainingStart start) {
        TrainingStart.Machine machine = start.machine();
        String why = machine.deviceReason().isEmpty() ? "" : " (device auto: " + machine.deviceReason() + ")";
        TrainingStart.Data data = start.data();
        int dropped = data.unused().dropped();
        Mlp net = start.settings().layers();
        screen.note("training " + net + (net.drops() ? ", dropout " + net.dropoutDescription() + "," : "") + " on "
                + (dropped == 0 ? "" : data.samples() - dropped + " of ") + data.samples() + " samples: "
                + machine.description() + why);
        if (!start.settings().deformation().isNone()) {
            screen.note("each epoch sees its own pictures, deformed by "
                    + start.settings().deformation());
        }
        if (tellsLeftOut) {
            leftOut(data.unused(), start.settings()).forEach(screen::note);
        }
    }

    private static List<String> leftOut(Unused unused, TrainingSettings settings) {
        List<String> sentences = new ArrayList<>();
        if (unused.dropped() > 0) {
            sentences.add("training leaves out " + samples(unused.dropped()) + " in each epoch, "
                    + (settings.shuffle() ? "others each time" : "always the last of the file")
                    + ": the last batch is not full and is dropped; --keep-last keeps it");
        }
        if (!unused.classesNeverSeen().isEmpty()) {
            String classes =
                    unused.classesNeverSeen().stream().map(String::valueOf).collect(Collectors.joining(", "));
            sentences.add("training never sees the classes " + classes
                    + ", which are in that last batch alone; --shuffle mixes the samples");
        }
        if (unused.ignored() > 0) {
            sentences.add("training leaves out " + samples(unused.ignored()) + " with the label "
                    + settings.loss().ignoreIndex() + ", the ignore index");
        }
        if (unused.weightless() > 0) {
            sentences.add("training leaves out " + samples(unused.weightless()) + " whose weight is 0");
        }
        return sentences;
    }

    private static String samples(int count) {
        return count == 1 ? "1 sample" : count + " samples";
    }
}
