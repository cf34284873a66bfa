package dev.mnistnative.bench;

import dev.mnistnative.train.TrainingStart;

/**
 * What a benchmark found.
 *
 * @param start what was trained, and what computed
 * @param evaluated samples of an evaluation
 * @param step one training step
 * @param epoch one pass over the training set; null if the time did not suffice for a whole one
 * @param evaluation one evaluation
 * @param oneImage the logits of a single sample
 */
public record BenchmarkResult(
        TrainingStart start, int evaluated, Timings step, Timings epoch, Timings evaluation, Timings oneImage) {
    /** Samples a step. */
    public int batchSize() {
        return start.settings().batchSize();
    }

    /** Samples that an epoch trains on: those in whole batches. */
    public int samplesPerEpoch() {
        return start.data().stepsPerEpoch() * batchSize();
    }
}
