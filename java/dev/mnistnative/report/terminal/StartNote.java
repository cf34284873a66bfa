package dev.mnistnative.report.terminal;

import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;

/** One line before the first step: what computes, and why not the GPU if that was left open. */
public final class StartNote implements TrainingListener {
    private final Screen screen;

    public StartNote(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void onStart(TrainingStart start) {
        String why = start.deviceReason().isEmpty() ? "" : " (device auto: " + start.deviceReason() + ")";
        screen.note("training " + start.settings().layers() + " on " + start.samples() + " samples: "
                + start.description() + why);
    }
}
