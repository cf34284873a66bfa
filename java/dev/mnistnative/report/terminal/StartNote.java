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
        TrainingStart.Machine machine = start.machine();
        String why = machine.deviceReason().isEmpty() ? "" : " (device auto: " + machine.deviceReason() + ")";
        screen.note("training " + start.settings().layers() + " on "
                + start.data().samples() + " samples: " + machine.description() + why);
    }
}
