package dev.mnistnative.data;

import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a net is trained on and, where there is something, what it is evaluated on meanwhile.
 *
 * @param training the training set
 * @param evaluation a test set or a validation set
 * @param evaluatedOn which of the two {@code evaluation} is; TEST where there is none
 */
public record TrainingData(Dataset training, Optional<Dataset> evaluation, EvaluatedOn evaluatedOn)
        implements AutoCloseable {
    public TrainingData {
        Objects.requireNonNull(training, "training");
        Objects.requireNonNull(evaluation, "evaluation");
        Objects.requireNonNull(evaluatedOn, "evaluatedOn");
    }

    /** A training set alone. */
    public static TrainingData of(Dataset training) {
        return new TrainingData(training, Optional.empty(), EvaluatedOn.TEST);
    }

    /** A training set and a test set. */
    public static TrainingData withTest(Dataset training, Dataset test) {
        return new TrainingData(training, Optional.of(test), EvaluatedOn.TEST);
    }

    /** A training set and samples held out of it. */
    public static TrainingData withValidation(Dataset training, Dataset validation) {
        return new TrainingData(training, Optional.of(validation), EvaluatedOn.VALIDATION);
    }

    /** The same with each data set changed, e.g. standardised. */
    public TrainingData map(UnaryOperator<Dataset> change) {
        return new TrainingData(change.apply(training), evaluation.map(change), evaluatedOn);
    }

    /** Closes both data sets. */
    @Override
    public void close() {
        training.close();
        evaluation.ifPresent(Dataset::close);
    }
}
