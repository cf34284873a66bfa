package dev.mnistnative.report.terminal;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.internal.Seconds;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.Figures;
import dev.mnistnative.report.Losses;
import dev.mnistnative.report.Printable;
import dev.mnistnative.train.BestEpoch;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is worth knowing at the end of a run: time, accuracy, what computed and why, where things were saved. */
public final class RunSummary implements TrainingListener {
    private static final int PERCENT = 100;
    private static final String ROW = "  %-12s %s";

    private final Screen screen;
    private final List<String> evaluations = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private TrainingStart start;
    private TrainingResult result;
    private long began;

    public RunSummary(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void onStart(TrainingStart begun) {
        start = begun;
        began = System.nanoTime();
    }

    @Override
    public void onEnd(TrainingResult ended) {
        result = ended;
        Optional<Evaluation> last = result.epochs().isEmpty()
                ? Optional.empty()
                : result.lastEpoch().evaluation();
        result.best()
                .map(BestEpoch::evaluation)
                .or(() -> last)
                .filter(evaluation -> start.settings().loss().task() != Task.VALUES) // which are measured, below
                .ifPresent(evaluation -> evaluated(start.data().evaluatedOn(), evaluation));
    }

    /** What came of an evaluation on a set. */
    public void evaluated(EvaluatedOn set, Evaluation evaluation) {
        String percent = String.format(Locale.ROOT, "%.2f %%", PERCENT * evaluation.accuracy());
        String objective = hasOtherObjective(evaluation) ? ", objective " + Losses.text(evaluation.objective()) : "";
        evaluations.add(row(
                set.toString(),
                "accuracy " + screen.inked(Style.BOLD, percent) + ", loss " + Losses.text(evaluation.loss())
                        + objective));
    }

    /** What came of measuring real-valued outputs on a set; R² is that of all outputs together. */
    public void measured(EvaluatedOn set, ValueMetrics metrics) {
        evaluations.add(row(
                set.toString(),
                "mse " + screen.inked(Style.BOLD, Figures.error(metrics.mse())) + ", mae "
                        + Figures.error(metrics.mae()) + ", r2 " + Figures.share(metrics.r2OfAll())));
    }

    /** Evaluations of a finished model know no objective but their loss. */
    private boolean hasOtherObjective(Evaluation evaluation) {
        return !start.minimisesTheLoss() && Double.compare(evaluation.objective(), evaluation.loss()) != 0;
    }

    /** Something that was written; null is nothing. */
    public void saved(String what, Path where) {
        if (where != null) {
            files.add(row(what, Printable.text(where.toString())));
        }
    }

    /** Prints it, once the run has ended and everything is written. */
    public void print() {
        double seconds = Seconds.since(began);
        screen.note(
                screen.inked(Style.GREEN, ending()) + String.format(Locale.ROOT, " in %.2f s: ", seconds) + epochs());
        if (!result.message().isEmpty() && result.reason() != StopReason.DIVERGED) { // which ends in that error
            screen.note("  " + result.message());
        }
        evaluations.forEach(screen::note);
        result.best()
                .ifPresent(best -> screen.note(row(
                        "weights of",
                        "epoch " + best.epoch() + ", the best by its "
                                + start.data().evaluatedOn() + " loss")));
        screen.note(row("computed on", start.machine().description()));
        if (!start.machine().deviceReason().isEmpty()) {
            screen.note(row("", start.machine().deviceReason()));
        }
        files.forEach(screen::note);
    }

    private String ending() {
        return switch (result.reason()) {
            case COMPLETED -> "done";
            case EARLY_STOPPING -> "stopped early";
            case INTERRUPTED -> "interrupted";
            case PAUSED -> "paused";
            case DIVERGED -> "diverged";
        };
    }

    private String epochs() {
        int done = result.epochs().size();
        return String.format(
                Locale.ROOT, "%d %s, %.2f s of training", done, done == 1 ? "epoch" : "epochs", result.seconds());
    }

    static String row(String name, String value) {
        return String.format(Locale.ROOT, ROW, name, value);
    }
}
