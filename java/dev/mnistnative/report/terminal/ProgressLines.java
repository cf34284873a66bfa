package dev.mnistnative.report.terminal;

import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Progress where no bar can be drawn: a plain line now and then, so that a log shows that a long epoch is alive. */
public final class ProgressLines implements TrainingListener {
    private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

    private final Screen screen;
    private final LongSupplier nanoTime;
    private final RunProgress progress;
    private long last;

    public ProgressLines(Screen screen) {
        this(screen, System::nanoTime);
    }

    ProgressLines(Screen screen, LongSupplier nanoTime) {
        this.screen = screen;
        this.nanoTime = nanoTime;
        progress = new RunProgress(nanoTime);
    }

    @Override
    public void onStart(TrainingStart start) {
        progress.begin(start);
        last = nanoTime.getAsLong();
    }

    @Override
    public void onSteps(StepsDone event) {
        progress.add(event);
        long now = nanoTime.getAsLong();
        if (now - last >= INTERVAL_NANOS) {
            last = now;
            screen.note(String.format(
                    Locale.ROOT,
                    "epoch %s, step %s, loss %s, %s, %s images/s, %s left",
                    progress.epoch(),
                    progress.step(),
                    progress.loss(),
                    progress.quality(),
                    progress.imagesPerSecond(),
                    progress.timeLeft()));
        }
    }
}
