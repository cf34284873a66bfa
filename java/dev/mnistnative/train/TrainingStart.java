package dev.mnistnative.train;

import dev.mnistnative.net.Device;

/**
 * What a run begins with.
 *
 * @param settings of the trainer
 * @param device what computes; never {@code auto}
 * @param deviceReason why this device was taken if the settings say {@code auto}, else ""
 * @param isa the processor's instruction-set level, "" on a GPU and on the reference
 * @param threads processor threads used
 * @param description one line: device, level or GPU, threads, precision
 * @param version of the native library
 * @param samples of the training set
 * @param testSamples of the test set, 0 without one
 * @param stepsPerEpoch optimizer steps an epoch
 */
public record TrainingStart(
        TrainingSettings settings,
        Device device,
        String deviceReason,
        String isa,
        int threads,
        String description,
        String version,
        int samples,
        int testSamples,
        int stepsPerEpoch) {
    /** Length of the parameter vector. */
    public int parameters() {
        return settings.layers().parameterCount();
    }
}
