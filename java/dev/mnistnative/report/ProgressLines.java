package dev.mnistnative.report;

import dev.mnistnative.train.StepsReport;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;
import java.time.Duration;

/** Progress where no bar can be drawn: a plain line now and then, so that a log shows that a long epoch is alive. */
public final class ProgressLines implements TrainingListener {
    private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final Screen screen;
    private long last;

    public ProgressLines(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void onStart(TrainingStart start) {
        last = System.nanoTime();
    }

    @Override
    public void onSteps(StepsReport report) {
        long now = System.nanoTime();
        if (now - last >= INTERVAL_NANOS) {
            last = now;
            screen.note("epoch %d/%d, step %d/%d, loss %s"
                    .formatted(
                            report.epoch(),
                            report.epochs(),
                            report.firstStep() + report.steps() - 1,
                            report.stepsPerEpoch(),
                            PythonNumbers.round(report.losses()[report.steps() - 1], 4)));
        }
    }
}
