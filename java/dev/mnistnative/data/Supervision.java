package dev.mnistnative.data;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Objects;

/**
 * What a net is to learn of each sample, in direct memory. Buffers begin at position 0 and are never moved.
 *
 * @param labels [size], or null
 * @param targets [size, outputs], row-major, finite, or null
 * @param outputs targets of a sample; 0 without
 * @param targetNames [outputs], or empty
 * @param weights [size], finite and 0 or more, or null: all 1
 */
record Supervision(IntBuffer labels, FloatBuffer targets, int outputs, List<String> targetNames, FloatBuffer weights) {
    static Supervision ofLabels(IntBuffer labels) {
        return new Supervision(labels == null ? null : labels.slice(), null, 0, List.of(), null);
    }

    Supervision withTargets(FloatBuffer values, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("targets: a sample must have 1 or more, not " + count);
        }
        return new Supervision(labels, values, count, List.of(), weights);
    }

    Supervision withTargetNames(List<String> names) {
        if (!names.isEmpty() && names.size() != outputs) {
            throw new IllegalArgumentException(
                    "targets: there are " + names.size() + " names for " + outputs + " targets a sample");
        }
        return new Supervision(labels, targets, outputs, List.copyOf(names), weights);
    }

    Supervision withWeights(FloatBuffer each) {
        return new Supervision(labels, targets, outputs, targetNames, each);
    }

    /** Samples of which something is told, 0 if nothing is. */
    int size() {
        if (labels != null) {
            return labels.limit();
        }
        return targets != null ? targets.limit() / outputs : weights == null ? 0 : weights.limit();
    }

    /** @throws IllegalArgumentException if there are more or fewer than samples */
    void requireSize(int samples) {
        requireSize("labels", labels == null ? samples : labels.limit(), samples);
        requireSize("targets", targets == null ? samples : targets.limit() / (double) outputs, samples);
        requireSize("sample weights", weights == null ? samples : weights.limit(), samples);
    }

    private static void requireSize(String what, double there, int samples) {
        if (there != samples) {
            String count = there == Math.rint(there) ? String.valueOf((long) there) : String.valueOf(there);
            throw new IllegalArgumentException(what + ": " + count + " for " + samples + " samples");
        }
    }

    Supervision first(int size) {
        return new Supervision(
                labels == null ? null : labels.slice(0, size),
                targets == null ? null : targets.slice(0, size * outputs),
                outputs,
                targetNames,
                weights == null ? null : weights.slice(0, size));
    }

    /** That of these samples, in their order, in new memory. */
    Supervision select(int[] indices) {
        Supervision chosen = room(indices.length);
        for (int to = 0; to < indices.length; to++) {
            chosen.copy(to, this, indices[to]);
        }
        return chosen;
    }

    /** New memory of the same kind for so many samples. */
    Supervision room(int size) {
        return new Supervision(
                labels == null ? null : DirectMemory.allocateInts(size, "the selected labels"),
                targets == null ? null : floats(size, outputs, "the selected targets"),
                outputs,
                targetNames,
                weights == null ? null : floats(size, 1, "the selected sample weights"));
    }

    /** Copies what is known of a sample of another of the same kind. */
    void copy(int to, Supervision from, int sample) {
        if (labels != null) {
            labels.put(to, from.labels.get(sample));
        }
        if (targets != null) {
            targets.put(to * outputs, from.targets, sample * outputs, outputs);
        }
        if (weights != null) {
            weights.put(to, from.weights.get(sample));
        }
    }

    private static FloatBuffer floats(int count, int each, String what) {
        return DirectMemory.allocate((long) count * each * Float.BYTES, what).asFloatBuffer();
    }

    /** A copy in direct memory of targets, which must be finite. */
    static FloatBuffer targets(float[] values, int outputs) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("targets: sample " + i / outputs + ", output " + i % outputs + " is "
                        + values[i] + "; every target must be a finite float32");
            }
        }
        return floats(values.length, 1, "targets").put(values).flip();
    }

    /** A copy in direct memory of sample weights, which must be finite and 0 or more. */
    static FloatBuffer weights(float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] <= Float.MAX_VALUE)) {
                throw new IllegalArgumentException("sample weights: that of sample " + i + " is " + values[i]
                        + "; each must be a finite number of 0 or more");
            }
        }
        return floats(values.length, 1, "sample weights").put(values).flip();
    }

    IntBuffer requireLabels() {
        if (labels == null) {
            throw new IllegalStateException("the data set has no labels; read it with a label file or column");
        }
        return labels;
    }

    FloatBuffer requireTargets() {
        if (targets == null) {
            throw new IllegalStateException("the data set has no targets; read it with a file or columns of targets");
        }
        return targets;
    }

    long bytes() {
        long targetBytes = targets == null ? 0 : (long) targets.limit() * Float.BYTES;
        long weightBytes = weights == null ? 0 : (long) weights.limit() * Float.BYTES;
        return (labels == null ? 0 : (long) labels.limit() * Integer.BYTES) + targetBytes + weightBytes;
    }

    Supervision {
        Objects.requireNonNull(targetNames, "targetNames");
    }
}
