package dev.mnistnative.report.terminal;

import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.io.Closeable;
import java.util.Locale;
import java.util.function.LongSupplier;

/** A live bar over all steps of the run, with the state of the epoch, on the screen's status line. */
public final class ProgressBarReport implements TrainingListener, Closeable {
    /** One less than the narrowest usual terminal: a full line would wrap. */
    private static final int WIDTH = 79;

    private static final int NARROWEST = 5;
    private static final long REDRAW_NANOS = 100_000_000;

    private final Screen screen;
    private final LongSupplier nanoTime;
    private final RunProgress progress;
    private final boolean blocks;
    private long drawn;

    /** @param blocks whether Unicode's block elements can be shown */
    public ProgressBarReport(Screen screen, boolean blocks) {
        this(screen, blocks, System::nanoTime);
    }

    ProgressBarReport(Screen screen, boolean blocks, LongSupplier nanoTime) {
        this.screen = screen;
        this.blocks = blocks;
        this.nanoTime = nanoTime;
        progress = new RunProgress(nanoTime);
    }

    @Override
    public void onStart(TrainingStart start) {
        progress.begin(start);
        drawn = nanoTime.getAsLong() - REDRAW_NANOS;
    }

    @Override
    public void onSteps(StepsDone event) {
        progress.add(event);
        long now = nanoTime.getAsLong();
        if (now - drawn >= REDRAW_NANOS) {
            drawn = now;
            screen.status(line());
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        close();
    }

    /** Also after an exception, whose message is then on a line of its own. */
    @Override
    public void close() {
        screen.wipeStatus();
    }

    private String line() {
        String before = "epoch " + progress.epoch() + " ";
        String after = String.format(
                Locale.ROOT,
                "  loss %s  accuracy %s  %s images/s  %s left",
                progress.loss(),
                progress.accuracy(),
                progress.imagesPerSecond(),
                progress.timeLeft());
        int width = Math.max(NARROWEST, WIDTH - before.length() - after.length());
        return before + bar(width) + after;
    }

    private String bar(int width) {
        return blocks ? blockBar(width) : asciiBar(width);
    }

    private String blockBar(int width) {
        int full = (int) (progress.share() * width);
        return screen.inked(Style.GREEN, "\u2588".repeat(full))
                + screen.inked(Style.DIM, "\u2591".repeat(width - full));
    }

    private String asciiBar(int width) {
        int inside = width - 2;
        int full = (int) (progress.share() * inside);
        return "[" + screen.inked(Style.GREEN, "#".repeat(full)) + ".".repeat(inside - full) + "]";
    }
}
