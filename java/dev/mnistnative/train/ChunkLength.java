package dev.mnistnative.train;

import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;

/**
 * How many steps a crossing carries: enough to be worth it, few enough (some 0.05 s) that progress and cancelling stay
 * live. It follows from the work of a step and not from the clock, so that two runs are cut alike and a divergence
 * leaves the same state.
 */
final class ChunkLength {
    /** Forward, backward and weight gradients are three products, each of a multiplication and an addition a weight. */
    private static final double FLOPS_PER_PARAMETER = 6;

    private ChunkLength() {}

    /** Steps in a chunk, at least 1. */
    static int steps(Mlp layers, int batchSize, Device.Kind device) {
        double stepFlops = FLOPS_PER_PARAMETER * layers.parameterCount() * batchSize;
        return (int) Math.max(1, Math.min(10_000, chunkFlops(device) / stepFlops));
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
