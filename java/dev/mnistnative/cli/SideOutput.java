package dev.mnistnative.cli;

import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A report that goes to a file beside the run. If that cannot be written any more, because the disk is full, say, it is
 * told once and left as it is: the run and its weights are worth more.
 */
final class SideOutput implements TrainingListener, Closeable {
    private final String name;
    private final TrainingListener report;
    private final Screen screen;
    private boolean failed;

    /** @param report closed with this, if it can be */
    SideOutput(String name, TrainingListener report, Screen screen) {
        this.name = name;
        this.report = report;
        this.screen = screen;
    }

    /** What it is and where, for messages. */
    String name() {
        return name;
    }

    /** Whether something is missing in it. */
    boolean hasFailed() {
        return failed;
    }

    @Override
    public void onStart(TrainingStart start) {
        guarded(() -> report.onStart(start));
    }

    @Override
    public void onSteps(StepsDone event) {
        guarded(() -> report.onSteps(event));
    }

    @Override
    public void onEpoch(EpochEnded event) {
        guarded(() -> report.onEpoch(event));
    }

    @Override
    public void onEnd(TrainingResult result) {
        guarded(() -> report.onEnd(result));
    }

    @Override
    public void close() {
        if (report instanceof Closeable closeable) {
            guarded(() -> {
                try {
                    closeable.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(name + ": " + e.getMessage(), e);
                }
            });
        }
    }

    private void guarded(Runnable event) {
        if (failed) {
            return;
        }
        try {
            event.run();
        } catch (UncheckedIOException e) {
            failed = true;
            screen.warning(e.getMessage() + "; it is left as it is, and the run goes on");
        }
    }
}
