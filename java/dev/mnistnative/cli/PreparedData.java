package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.ModelInfo;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A run's data as the net sees it: read, checked, split and standardised. */
final class PreparedData implements AutoCloseable {
    private final TrainingData read;
    private final TrainingData data;
    private final Optional<Dataset> heldBack;
    private final ModelInfo info;

    private PreparedData(TrainingData read, TrainingData data, Optional<Dataset> heldBack, ModelInfo info) {
        this.read = read;
        this.data = data;
        this.heldBack = heldBack;
        this.info = info;
    }

    /**
     * Brings everything into the net's form.
     *
     * @param read as the files have it; closed with this
     * @param split what each epoch is trained and evaluated on: {@code read} itself, or parts of its training set
     * @param targets may make the net's own input its target, with noise by the seed
     */
    static PreparedData of(TrainingData read, TrainingData split, ModelInfo info, TargetOptions targets, long seed) {
        UnaryOperator<Dataset> evaluated =
                samples -> targets.ofInput(info.preprocessing().standardize(samples));
        Optional<Dataset> heldBack =
                split.evaluatedOn() == EvaluatedOn.VALIDATION ? read.evaluation() : Optional.empty();
        Dataset training = targets.ofInput(info.preprocessing().standardize(split.training()), seed);
        return new PreparedData(
                read,
                new TrainingData(training, split.evaluation().map(evaluated), split.evaluatedOn()),
                heldBack.map(evaluated),
                info);
    }

    /** What each epoch is trained and evaluated on. */
    TrainingData data() {
        return data;
    }

    /** The test set of a run that was evaluated on a validation set meanwhile: nothing was chosen by it. */
    Optional<Dataset> heldBack() {
        return heldBack;
    }

    /** What the report evaluates the finished net on, if there is anything. */
    Optional<Dataset> forReport() {
        return heldBack.or(data::evaluation);
    }

    /** What {@link #forReport} is. */
    EvaluatedOn reportedOn() {
        return heldBack.isPresent() ? EvaluatedOn.TEST : data.evaluatedOn();
    }

    /** What the net's numbers mean. */
    ModelInfo info() {
        return info;
    }

    @Override
    public void close() {
        read.close();
    }
}
