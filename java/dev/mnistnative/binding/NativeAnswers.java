package dev.mnistnative.binding;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * What a net is to learn of each sample, in direct buffers that are used from their positions.
 *
 * @param labels [count] or null
 * @param targets [count, outputs], row-major, or null
 * @param outputs targets of a sample; 0 without
 * @param weights [count] how much each sample counts, or null: all 1
 */
public record NativeAnswers(IntBuffer labels, FloatBuffer targets, int outputs, FloatBuffer weights) {
    /** A view of its own of each buffer. */
    NativeAnswers views() {
        return new NativeAnswers(
                labels == null ? null : labels.slice(),
                targets == null ? null : targets.slice(),
                outputs,
                weights == null ? null : weights.slice());
    }

    /** @throws IllegalArgumentException if they are not as many as the samples, or not in direct memory */
    void requireFit(long count) {
        require("labels", labels == null || labels.isDirect(), labels == null ? count : labels.remaining(), count);
        require(
                "targets",
                targets == null || targets.isDirect(),
                targets == null ? count * outputs : targets.remaining(),
                count * outputs);
        require(
                "sample weights",
                weights == null || weights.isDirect(),
                weights == null ? count : weights.remaining(),
                count);
    }

    private static void require(String what, boolean direct, long there, long wanted) {
        if (!direct) {
            throw new IllegalArgumentException(what + " must be in a direct buffer");
        }
        if (there != wanted) {
            throw new IllegalArgumentException(what + " has " + there + " values, but the samples take " + wanted);
        }
    }
}
