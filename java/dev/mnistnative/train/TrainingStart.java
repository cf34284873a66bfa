package dev.mnistnative.train;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.net.Device;
import java.util.Optional;

/**
 * What a run begins with.
 *
 * @param settings of the trainer
 * @param machine what computes
 * @param data what it is trained and evaluated on
 * @param resumed the checkpoint that it goes on from; empty where it begins
 */
public record TrainingStart(TrainingSettings settings, Machine machine, Data data, Optional<Resumed> resumed) {
    /**
     * What computes.
     *
     * @param device never {@code auto}
     * @param deviceReason why this device was taken if the settings say {@code auto}, else ""
     * @param isa the processor's instruction-set level, "" on a GPU and on the reference
     * @param threads processor threads used
     * @param description one line: device, level or GPU, threads, precision
     * @param version of the native library
     */
    public record Machine(
            Device device, String deviceReason, String isa, int threads, String description, String version) {}

    /**
     * What a run is trained and evaluated on.
     *
     * @param samples of the training set
     * @param stepsPerEpoch optimizer steps per epoch
     * @param evaluationSamples samples that each epoch is evaluated on, 0 without any
     * @param evaluatedOn what those are
     * @param unused samples of the training set that the run is not trained on
     * @param weighted whether samples have weights, of the training set or of those that are evaluated on
     */
    public record Data(
            int samples,
            int stepsPerEpoch,
            int evaluationSamples,
            EvaluatedOn evaluatedOn,
            Unused unused,
            boolean weighted) {}

    /** Whether what is minimised is the plain mean loss of the data, which reports print: no weights, no smoothing. */
    public boolean minimisesTheLoss() {
        return settings.loss().isPlain() && !data.weighted();
    }

    /** Length of the parameter vector. */
    public int parameters() {
        return settings.layers().parameterCount();
    }
}
