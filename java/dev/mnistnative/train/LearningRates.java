package dev.mnistnative.train;

/**
 * The learning rates of a run's steps, as {@link TrainingSettings#learningRate} has them to the last bit. StepLR's is a
 * product over all epochs before: this goes on from the epoch before, where that would begin anew for each step.
 */
final class LearningRates {
    private final TrainingSettings settings;
    private int epoch = -1;
    private double rate;

    LearningRates(TrainingSettings settings) {
        this.settings = settings;
    }

    /** Those of so many steps of an epoch, counted from 0, of which the first has this place in the run. */
    double[] of(int ofEpoch, long firstStepInRun, int steps) {
        moveTo(ofEpoch);
        double[] rates = new double[steps];
        for (int i = 0; i < steps; i++) {
            rates[i] = settings.warmedUp(rate, firstStepInRun + i);
        }
        return rates;
    }

    private void moveTo(int next) {
        if (next == epoch) {
            return;
        }
        boolean follows = epoch >= 0 && next == epoch + 1;
        if (follows && settings.schedule() instanceof LearningRateSchedule.Step step) {
            rate = next % step.stepSize() == 0 ? rate * step.gamma() : rate;
        } else {
            rate = settings.schedule().at(settings.optimizer().lr(), next, settings.epochs());
        }
        epoch = next;
    }
}
