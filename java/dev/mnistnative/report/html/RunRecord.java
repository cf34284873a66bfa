package dev.mnistnative.report.html;

import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.RunPosition;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingStart;
import java.util.Arrays;
import java.util.List;

/** Remembers a run for the page that is written at its end. The losses of a long run's steps are thinned out. */
public final class RunRecord implements TrainingListener {
    private static final int MAX_POINTS = 2000;

    private final double[] losses = new double[MAX_POINTS];
    private double begin = Double.NaN;
    private int points;
    private int stepsPerPoint = 1;
    private double sum;
    private int summed;
    private TrainingStart start;
    private TrainingResult result;

    @Override
    public void onStart(TrainingStart begun) {
        start = begun;
    }

    @Override
    public void onSteps(StepsDone event) {
        if (Double.isNaN(begin)) {
            RunPosition position = event.position();
            begin = position.epoch() - 1 + (event.firstStep() - 1.0) / position.stepsPerEpoch();
        }
        for (double loss : event.losses()) {
            sum += loss;
            if (++summed == stepsPerPoint) {
                addPoint(sum / summed);
                sum = 0;
                summed = 0;
            }
        }
    }

    @Override
    public void onEnd(TrainingResult ended) {
        result = ended;
    }

    /** Whether the run came to an end; not after an exception. */
    public boolean isComplete() {
        return start != null && result != null;
    }

    TrainingStart start() {
        return start;
    }

    TrainingResult result() {
        return result;
    }

    List<EpochEnded> epochs() {
        return result.epochs();
    }

    /** Where the losses begin, in epochs: above 0 for a run that went on from a checkpoint. */
    double begin() {
        return begin;
    }

    /** Mean losses of {@link #stepsPerPoint} steps each. */
    double[] losses() {
        return Arrays.copyOf(losses, points);
    }

    int stepsPerPoint() {
        return stepsPerPoint;
    }

    private void addPoint(double loss) {
        losses[points++] = loss;
        if (points == MAX_POINTS) {
            points /= 2;
            stepsPerPoint *= 2;
            for (int i = 0; i < points; i++) {
                losses[i] = (losses[2 * i] + losses[2 * i + 1]) / 2;
            }
        }
    }
}
