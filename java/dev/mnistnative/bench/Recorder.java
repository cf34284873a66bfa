package dev.mnistnative.bench;

import dev.mnistnative.internal.Seconds;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingStart;
import java.util.ArrayList;
import java.util.List;

/** Takes down the times of a run and ends it when its time is over. */
final class Recorder implements TrainingListener {
    private final Trainer trainer;
    private final double seconds;
    private final boolean wholeEpochs;
    private final List<Double> steps = new ArrayList<>();
    private final List<Double> epochs = new ArrayList<>();
    private final List<Double> evaluations = new ArrayList<>();
    private TrainingStart start;
    private long begin;

    private Recorder(Trainer trainer, double seconds, boolean wholeEpochs) {
        this.trainer = trainer;
        this.seconds = seconds;
        this.wholeEpochs = wholeEpochs;
    }

    /** Ends the run after any chunk of steps. */
    static Recorder ofSteps(Trainer trainer, double seconds) {
        return new Recorder(trainer, seconds, false);
    }

    /** Ends the run after an epoch and its evaluation, so that there is one. */
    static Recorder ofEpochs(Trainer trainer, double seconds) {
        return new Recorder(trainer, seconds, true);
    }

    @Override
    public void onStart(TrainingStart begun) {
        start = begun;
        begin = System.nanoTime();
    }

    @Override
    public void onSteps(StepsDone event) {
        steps.add(event.seconds() / event.steps());
        endInTime(!wholeEpochs);
    }

    @Override
    public void onEpoch(EpochEnded event) {
        epochs.add(event.timing().seconds());
        evaluations.add(event.timing().evaluationSeconds());
        endInTime(true);
    }

    private void endInTime(boolean mayEnd) {
        if (mayEnd && Seconds.since(begin) >= seconds) {
            trainer.cancel();
        }
    }

    TrainingStart start() {
        return start;
    }

    /** Means over chunks of steps. */
    Timings steps() {
        return timings(steps);
    }

    /** Null if none was finished. */
    Timings epochs() {
        return epochs.isEmpty() ? null : timings(epochs);
    }

    Timings evaluations() {
        return timings(evaluations);
    }

    private static Timings timings(List<Double> times) {
        return Timings.of(times.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
