package dev.mnistnative.model;

import dev.mnistnative.net.Mlp;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Checks of inference arguments. */
final class InferenceArguments {
    private static final int MAGNITUDE = 0x7fff_ffff;
    private static final int INFINITY = 0x7f80_0000;

    private InferenceArguments() {}

    /** Samples in so many values. */
    static int count(String what, int values, int features) {
        if (values == 0 || values % features != 0) {
            throw new IllegalArgumentException(what + " has " + values + " values, but must hold whole samples of "
                    + features + " features, at least one");
        }
        return values / features;
    }

    /** A net may not even look at a feature that is no number, and answers as if all were well. */
    static void requireFinite(String what, float[] values, int features) {
        int largest = 0;
        for (float value : values) { // a loop that is vectorised
            largest = Math.max(largest, Float.floatToRawIntBits(value) & MAGNITUDE);
        }
        if (largest >= INFINITY) {
            requireFinite(what, FloatBuffer.wrap(values), features);
        }
    }

    /** The same of what lies between position and limit. */
    static void requireFinite(String what, FloatBuffer values, int features) {
        int first = values.position();
        for (int i = first; i < values.limit(); i++) {
            if (!Float.isFinite(values.get(i))) {
                throw new IllegalArgumentException(what + ": sample " + (i - first) / features + ", feature "
                        + (i - first) % features + " is " + values.get(i)
                        + ", but a net takes finite numbers: fill in or leave out what is missing");
            }
        }
    }

    /** Logits of so many samples. */
    static int logits(int count, Mlp net) {
        long logits = (long) count * net.classes();
        if (logits > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    count + " samples have more logits than an array can hold: give fewer at once");
        }
        return (int) logits;
    }

    static void requireOne(String what, int values, int features) {
        if (values != features) {
            throw new IllegalArgumentException(
                    what + " has " + values + " values, but must be one sample of " + features + " features");
        }
    }

    static void requireDirect(String what, boolean direct, boolean nativeOrder) {
        if (!direct || !nativeOrder) {
            throw new IllegalArgumentException(what + " must be a direct buffer in native byte order "
                    + "(ByteBuffer.allocateDirect, ByteOrder.nativeOrder()); for heap memory use the array methods");
        }
    }

    static void requireRoom(FloatBuffer logits, int count, Mlp net) {
        requireDirect("logits", logits.isDirect(), logits.order() == ByteOrder.nativeOrder());
        if (logits.isReadOnly()) {
            throw new IllegalArgumentException("logits is a read-only buffer");
        }
        if (logits.remaining() < (long) count * net.classes()) {
            throw new IllegalArgumentException("logits has room for " + logits.remaining() + " values, but " + count
                    + " samples have " + (long) count * net.classes());
        }
    }
}
