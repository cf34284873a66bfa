package dev.mnistnative.report;

import dev.mnistnative.train.StepsReport;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.io.Closeable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** A live bar over all steps of the run, on the screen's status line. */
public final class ProgressBarReport implements TrainingListener, Closeable {
    private static final int WIDTH = 79;
    private static final int REDRAW_MILLIS = 200;

    private final Screen screen;
    private final StatusLine line = new StatusLine();
    private ProgressBar bar;

    public ProgressBarReport(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void onStart(TrainingStart start) {
        bar = new ProgressBarBuilder()
                .setTaskName("training")
                .setInitialMax((long) start.settings().epochs() * start.stepsPerEpoch())
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setConsumer(line)
                .build();
    }

    @Override
    public void onSteps(StepsReport report) {
        bar.stepTo((report.epoch() - 1L) * report.stepsPerEpoch() + report.firstStep() - 1 + report.steps());
        bar.setExtraMessage("epoch %d/%d, loss %s"
                .formatted(
                        report.epoch(), report.epochs(), PythonNumbers.round(report.losses()[report.steps() - 1], 3)));
    }

    @Override
    public void onEnd(TrainingResult result) {
        close();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
            line.close(); // the bar does not if it was never drawn before
        }
    }

    /** Draws where the screen allows, in a fixed width: asking the terminal would start a terminal library. */
    private final class StatusLine implements ProgressBarConsumer {
        private boolean closed;

        @Override
        public int getMaxRenderedLength() {
            return WIDTH;
        }

        @Override
        public synchronized void accept(String text) {
            if (!closed) { // the bar's own thread may come late
                screen.status(text);
            }
        }

        @Override
        public synchronized void close() {
            closed = true;
            screen.wipeStatus();
        }
    }
}
