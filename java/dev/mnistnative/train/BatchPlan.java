package dev.mnistnative.train;

import java.util.Objects;

/**
 * How a pass over the samples is cut into batches.
 *
 * @param samples size of the data set, 1 or more
 * @param batchSize samples of a full batch, 1 or more
 * @param dropLast whether the samples after the last full batch are left out; else they make a smaller last batch
 */
public record BatchPlan(int samples, int batchSize, boolean dropLast) {
    /** @throws IllegalArgumentException if a number is below 1 or no batch is left */
    public BatchPlan {
        if (samples < 1) {
            throw new IllegalArgumentException("samples must be 1 or more, not " + samples);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be 1 or more, not " + batchSize);
        }
        if (dropLast && samples < batchSize) {
            throw new IllegalArgumentException("batchSize " + batchSize + " is larger than the " + samples
                    + " samples, and the last partial batch is dropped: no batch is left; use a smaller batchSize or"
                    + " keep the last batch");
        }
    }

    /** Batches of a pass. */
    public int steps() {
        int full = samples / batchSize;
        return dropLast || samples % batchSize == 0 ? full : full + 1;
    }

    /** Samples that a pass takes: all, or those of the full batches. */
    public int samplesUsed() {
        return dropLast ? samples / batchSize * batchSize : samples;
    }

    /** Place of batch `step`'s first sample in the order of the pass; steps count from 0. */
    public int first(int step) {
        return Objects.checkIndex(step, steps()) * batchSize;
    }

    /** Samples of batch `step`: batchSize, or what is left for a ragged last one. */
    public int rows(int step) {
        return Math.min(batchSize, samplesUsed() - first(step));
    }
}
