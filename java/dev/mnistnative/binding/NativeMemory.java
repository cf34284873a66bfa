package dev.mnistnative.binding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory that the native side reads and writes. All of it is direct buffers: a JavaCPP allocation would register a
 * deallocator, count towards JavaCPP's limits and may end in System.gc() within somebody else's process.
 */
final class NativeMemory {
    private NativeMemory() {}

    static ByteBuffer bytes(int count) {
        return ByteBuffer.allocateDirect(count).order(ByteOrder.nativeOrder());
    }

    static IntBuffer ints(int count) {
        return bytes(Math.multiplyExact(count, Integer.BYTES)).asIntBuffer();
    }

    static IntBuffer ints(int[] values) {
        return ints(values.length).put(values).flip();
    }

    static FloatBuffer floats(float[] values) {
        return bytes(Math.multiplyExact(values.length, Float.BYTES))
                .asFloatBuffer()
                .put(values)
                .flip();
    }

    static DoubleBuffer doubles(double[] values) {
        DoubleBuffer buffer = doubles(values.length);
        buffer.duplicate().put(values);
        return buffer;
    }

    static DoubleBuffer doubles(int count) {
        return bytes(Math.multiplyExact(count, Double.BYTES)).asDoubleBuffer();
    }

    /** A NUL-terminated string. */
    static ByteBuffer text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return bytes(utf8.length + 1).put(utf8).rewind();
    }

    /** Zeroed memory for one struct; the pointer keeps it alive. */
    static Pointer struct(Class<? extends Pointer> type) {
        return new BytePointer(bytes(Loader.sizeof(type)));
    }
}
