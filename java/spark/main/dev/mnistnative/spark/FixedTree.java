package dev.mnistnative.spark;

import java.nio.FloatBuffer;

/**
 * The order in which shards are summed: neighbours, then neighbours of those, and so on. Any power of two of
 * consecutive shards is summed to one vector on its own way there, so that it does not matter which task has which.
 */
final class FixedTree {
    private FixedTree() {}

    /** Sums into the first: each [length], from their positions 0. */
    static void sum(FloatBuffer[] parts, int length) {
        sum(parts, length, parts.length);
    }

    /**
     * Sums each group of so many into its first.
     *
     * @param group a power of two that divides their number, or their number
     */
    static void sum(FloatBuffer[] parts, int length, int group) {
        for (int gap = 1; gap < group; gap *= 2) {
            for (int first = 0; first < parts.length; first += group) {
                for (int i = first; i + gap < first + group; i += 2 * gap) {
                    add(parts[i], parts[i + gap], length);
                }
            }
        }
    }

    private static void add(FloatBuffer to, FloatBuffer from, int length) {
        for (int i = 0; i < length; i++) {
            to.put(i, to.get(i) + from.get(i));
        }
    }
}
