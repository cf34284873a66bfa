package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.MnistNativeException;
import dev.mnistnative.binding.LargeMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/** Memory outside the Java heap, in native byte order, so that the native side reads it without a copy. */
final class DirectMemory {
    /** The most bytes that one buffer holds. */
    static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

    private static final int LABEL_BYTES = Integer.BYTES;

    private DirectMemory() {}

    /**
     * Zeroed memory of `bytes` bytes.
     *
     * @param what names the contents in the error's message
     * @throws IllegalArgumentException if a buffer cannot hold so much
     * @throws MnistNativeException if the JVM's limit for direct memory is reached
     */
    static ByteBuffer allocate(long bytes, String what) {
        requireOneBuffer(bytes, what);
        try {
            return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        } catch (OutOfMemoryError e) {
            throw new MnistNativeException(
                    MnistNativeException.Status.OUT_OF_MEMORY,
                    what + ": there is no room for " + bytes + " bytes of direct memory; raise the JVM's limit with"
                            + " -XX:MaxDirectMemorySize or use fewer samples.",
                    e);
        }
    }

    /** @throws IllegalArgumentException if `bytes` is more than one buffer can hold */
    static void requireOneBuffer(long bytes, String what) {
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(tooLarge(bytes, what));
        }
    }

    static IntBuffer allocateInts(long count, String what) {
        return allocate(count * LABEL_BYTES, what).asIntBuffer();
    }

    /** A copy of what lies between position and limit, which stay where they are. */
    static IntBuffer copyOf(IntBuffer values) {
        return allocateInts(values.remaining(), "labels")
                .put(values.duplicate())
                .flip();
    }

    /**
     * The same for what a file holds.
     *
     * @throws DataFormatException if a buffer cannot hold so much or the JVM's limit for direct memory is reached
     */
    static ByteBuffer allocateFor(String file, long bytes) throws DataFormatException {
        requireFits(bytes, file);
        try {
            return allocate(bytes, file);
        } catch (MnistNativeException e) {
            throw new DataFormatException(e.getMessage(), e);
        }
    }

    /**
     * The same, beyond the JVM's limit for direct memory if need be.
     *
     * @throws DataFormatException if a buffer cannot hold so much or there is no room
     */
    static ByteBuffer allocateAnywhere(String file, long bytes) throws DataFormatException {
        requireFits(bytes, file);
        try {
            return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        } catch (OutOfMemoryError limit) {
            try {
                return LargeMemory.allocate(bytes).view(0, (int) bytes);
            } catch (OutOfMemoryError e) {
                throw new DataFormatException(
                        file + ": there is no room for its " + bytes + " bytes; use fewer samples.", e);
            }
        }
    }

    /** @throws DataFormatException if `bytes` is more than one buffer can hold */
    static void requireFits(long bytes, String what) throws DataFormatException {
        if (bytes > MAX_BYTES) {
            throw new DataFormatException(tooLarge(bytes, what));
        }
    }

    private static String tooLarge(long bytes, String what) {
        return what + ": " + bytes + " bytes in memory are more than the 2 GiB that one data set can hold; use fewer"
                + " samples or smaller numbers (unsigned bytes).";
    }
}
