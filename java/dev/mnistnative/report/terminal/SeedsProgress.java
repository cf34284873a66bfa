package dev.mnistnative.report.terminal;

import dev.mnistnative.internal.Seconds;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.util.Locale;

/** How far several runs side by side have come: on the status line, or a plain line now and then. */
public final class SeedsProgress {
    private static final double REDRAW_SECONDS = 0.1;
    private static final double LINE_SECONDS = 10;
    private static final int PERCENT = 100;

    private final Screen screen;
    private final int seeds;
    private final boolean redrawn;
    private final long began = System.nanoTime();
    private double told;
    private int ended;
    private double share; // of all runs' steps
    private double shareDone; // here, and not before a checkpoint

    /** @param redrawn whether there is a status line */
    public SeedsProgress(Screen screen, int seeds, boolean redrawn) {
        this.screen = screen;
        this.seeds = seeds;
        this.redrawn = redrawn;
    }

    /** The listener of one of them. */
    public TrainingListener ofRun() {
        return new TrainingListener() {
            private double steps;
            private double mine;

            @Override
            public void onStart(TrainingStart start) {
                steps = (double) start.settings().epochs() * start.data().stepsPerEpoch() * seeds;
            }

            @Override
            public void onSteps(StepsDone event) {
                double now = event.position().stepInRun() / steps;
                add(now - mine, event.steps() / steps);
                mine = now;
            }

            @Override
            public void onEnd(TrainingResult result) {
                end(1.0 / seeds - mine);
            }
        };
    }

    private synchronized void add(double more, double done) {
        share += more;
        shareDone += done;
        double now = Seconds.since(began);
        if (now - told >= (redrawn ? REDRAW_SECONDS : LINE_SECONDS)) {
            told = now;
            String text = String.format(
                    Locale.ROOT,
                    "%d of %d seeds, %.0f %%, %s left",
                    ended,
                    seeds,
                    PERCENT * share,
                    RunProgress.clock(Math.round(now / shareDone * (1 - share))));
            if (redrawn) {
                screen.status(text);
            } else {
                screen.note(text);
            }
        }
    }

    private synchronized void end(double rest) {
        ended++;
        share += rest; // of a run that stopped early
        screen.wipeStatus();
    }
}
