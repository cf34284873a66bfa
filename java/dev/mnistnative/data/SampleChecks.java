package dev.mnistnative.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** What is allowed as samples in memory. */
final class SampleChecks {
    private SampleChecks() {}

    static void requireDirect(ByteBuffer pixels, PixelType type) {
        if (!pixels.isDirect()) {
            throw new IllegalArgumentException("pixels: must be a direct buffer, e.g. ByteBuffer.allocateDirect");
        }
        if (type == PixelType.FLOAT32 && pixels.alignmentOffset(pixels.position(), Float.BYTES) != 0) {
            throw new IllegalArgumentException("pixels: float32 must begin at a multiple of 4 bytes");
        }
        if (type == PixelType.FLOAT32 && pixels.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("pixels: the buffer's order is " + pixels.order()
                    + ", but float32 must lie in native byte order; say order(ByteOrder.nativeOrder()) before "
                    + "they are put"
                    + " in, and again for a duplicate or slice");
        }
    }

    static void requireFinite(FloatBuffer pixels, int features) {
        int bad = firstNonFinite(pixels);
        if (bad >= 0) {
            requireFinite(bad / features, bad % features, pixels.get(bad));
        }
    }

    static void requireFinite(int sample, int feature, float value) {
        if (!Float.isFinite(value)) {
            throw new IllegalArgumentException("pixels: sample " + sample + ", feature " + feature + " is " + value
                    + "; every pixel must be a finite float32");
        }
    }

    /** Index of the first value that is no finite number, −1 if there is none. */
    static int firstNonFinite(FloatBuffer values) {
        for (int i = 0; i < values.limit(); i++) {
            if (!Float.isFinite(values.get(i))) {
                return i;
            }
        }
        return -1;
    }
}
