package dev.mnistnative.train;

import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;

/**
 * How many steps a crossing carries: enough to be worth it, few enough (some 0.05 s) that progress and cancelling stay
 * live. It follows from the work of a step and not from the clock, so that two runs are cut alike and a divergence
 * leaves the same state; only where the machine takes far longer than that, the clock shortens it, since a signal must
 * not wait.
 */
final class ChunkLength {
    /** Forward, backward and weight gradients are three products, each of a multiplication and an addition a weight. */
    private static final double TRAINING_FLOPS = 6;

    /** Forward alone. */
    private static final double EVALUATION_FLOPS = 2;

    /** A chunk that takes so long is shortened; a loaded machine of the usual speed stays below. */
    private static final double TOO_LONG_SECONDS = 1;

    /** What it is shortened to. */
    private static final double SHORTENED_SECONDS = 0.2;

    /** An evaluation of less work is not worth cutting on any device. */
    private static final double SHORT_EVALUATION_FLOPS = 1e10;

    private static final int MOST_STEPS = 10_000;
    private static final int MOST_EVALUATED = 8192;
    private static final int FEWEST_EVALUATED = 64;

    private final int most;
    private int steps;

    /** Of training in batches of this size. */
    ChunkLength(Mlp layers, int batchSize, Device.Kind device) {
        double stepFlops = TRAINING_FLOPS * layers.parameterCount() * batchSize;
        most = (int) Math.max(1, Math.min(MOST_STEPS, chunkFlops(device) / stepFlops));
        steps = most;
    }

    /** Steps in the next chunk, at least 1. */
    int steps() {
        return steps;
    }

    /** Learns how long a chunk took. */
    void took(int chunkSteps, double seconds) {
        if (seconds > TOO_LONG_SECONDS) {
            steps = (int) Math.max(1, Math.min(steps, chunkSteps * SHORTENED_SECONDS / seconds));
        } else if (seconds < SHORTENED_SECONDS && steps < most) {
            steps = Math.min(most, 2 * steps);
        }
    }

    /**
     * Samples that an evaluation takes at once, so that cancelling stays live. By the work alone: the sums over blocks
     * are rounded, and two runs must print the same.
     */
    static int evaluationBlock(Mlp layers, Device.Kind device) {
        double sampleFlops = EVALUATION_FLOPS * layers.parameterCount();
        double samples = Math.max(10 * chunkFlops(device), SHORT_EVALUATION_FLOPS) / sampleFlops;
        return (int) Math.max(FEWEST_EVALUATED, Math.min(MOST_EVALUATED, samples));
    }

    /** What a modest device of the kind does in about 0.05 s. */
    private static double chunkFlops(Device.Kind device) {
        return switch (device) {
            case CUDA -> 3e11;
            case REFERENCE -> 5e7;
            default -> 1e10;
        };
    }
}
