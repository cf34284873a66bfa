package dev.mnistnative.report.terminal;

import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.io.Closeable;
import java.util.List;
import java.util.function.LongSupplier;

/** A live bar over all steps of the run, with the state of the epoch, on the screen's status line. */
public final class ProgressBarReport implements TrainingListener, Closeable {
    private static final int USUAL_COLUMNS = 80;
    private static final int NARROWEST = 5;
    private static final long REDRAW_NANOS = 100_000_000;

    private final Screen screen;
    private final LongSupplier nanoTime;
    private final RunProgress progress;
    private final boolean blocks;
    private final int width;
    private long drawn;

    /**
     * @param blocks whether Unicode's block elements can be shown
     * @param columns of the terminal
     */
    public ProgressBarReport(Screen screen, boolean blocks, int columns) {
        this(screen, blocks, columns, System::nanoTime);
    }

    ProgressBarReport(Screen screen, boolean blocks, int columns, LongSupplier nanoTime) {
        this.screen = screen;
        this.blocks = blocks;
        width = Math.max(1, Math.min(columns, USUAL_COLUMNS) - 1); // a full line would wrap
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

    /** The bar and as many words beside it as there is room for. */
    private String line() {
        String before = "epoch " + progress.epoch() + " ";
        String loss = "  loss " + progress.loss();
        String quality = "  " + progress.quality();
        String rate = "  " + progress.imagesPerSecond() + " images/s";
        String left = "  " + progress.timeLeft() + " left";
        for (String after : List.of(loss + quality + rate + left, loss + quality + left, loss + left, left, "")) {
            int room = width - before.length() - after.length();
            if (room >= NARROWEST) {
                return before + bar(room) + after;
            }
        }
        return before.substring(0, Math.min(before.length(), width));
    }

    private String bar(int length) {
        return blocks ? blockBar(length) : asciiBar(length);
    }

    private String blockBar(int length) {
        int full = (int) (progress.share() * length);
        return screen.inked(Style.GREEN, "\u2588".repeat(full))
                + screen.inked(Style.DIM, "\u2591".repeat(length - full));
    }

    private String asciiBar(int length) {
        int inside = length - 2;
        int full = (int) (progress.share() * inside);
        return "[" + screen.inked(Style.GREEN, "#".repeat(full)) + ".".repeat(inside - full) + "]";
    }
}
