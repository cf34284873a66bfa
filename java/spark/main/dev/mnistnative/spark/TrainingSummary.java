package dev.mnistnative.spark;

import dev.mnistnative.net.Evaluation;
import dev.mnistnative.train.BestEpoch;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.TrainingResult;
import java.io.Serializable;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How training went, epoch by epoch. Not stored with the model, as Spark's are not. */
public final class TrainingSummary implements Serializable {
    private static final long serialVersionUID = 1;

    private final double[] objectives;
    private final double[] validationLosses;
    private final double[] validationAccuracies;
    private final int bestEpoch;
    private final String reason;
    private final double seconds;

    private TrainingSummary(TrainingResult result) {
        List<EpochEnded> epochs = result.epochs();
        objectives = epochs.stream()
                .mapToDouble(epoch -> epoch.training().objective())
                .toArray();
        validationLosses = evaluations(epochs, Evaluation::loss);
        validationAccuracies = evaluations(epochs, Evaluation::accuracy);
        bestEpoch = result.best().map(BestEpoch::epoch).orElse(epochs.size());
        reason = result.reason().toString();
        seconds = result.seconds();
    }

    static TrainingSummary of(TrainingResult result) {
        return new TrainingSummary(result);
    }

    private static double[] evaluations(List<EpochEnded> epochs, ToDoubleFunction<Evaluation> number) {
        return epochs.stream()
                .flatMap(epoch -> epoch.evaluation().stream())
                .mapToDouble(number)
                .toArray();
    }

    /** What training minimised, weights and label smoothing included: the mean over each epoch's steps. */
    public double[] objectiveHistory() {
        return objectives.clone();
    }

    /** Epochs that were done. */
    public int totalIterations() {
        return objectives.length;
    }

    /** The plain mean loss on the validation rows after each epoch; empty without such. */
    public double[] validationLossHistory() {
        return validationLosses.clone();
    }

    /** The share of right predictions on the validation rows after each epoch; NaN each where outputs are values. */
    public double[] validationAccuracyHistory() {
        return validationAccuracies.clone();
    }

    /** The epoch, from 1, whose weights the model has: with early stopping the best, else the last. */
    public int modelEpoch() {
        return bestEpoch;
    }

    /** {@code COMPLETED} or {@code EARLY_STOPPING}. */
    public String stopReason() {
        return reason;
    }

    /** Seconds of training alone: without reading the rows, without evaluations. */
    public double trainingSeconds() {
        return seconds;
    }
}
