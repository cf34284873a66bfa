package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
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
     * @throws DataFormatException if a buffer cannot hold so much or the JVM's limit for direct memory is reached
     */
    static ByteBuffer allocate(long bytes, String what) {
        requireFits(bytes, what);
        try {
            return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        } catch (OutOfMemoryError e) {
            throw new DataFormatException(
                    what + ": there is no room for " + bytes + " bytes of direct memory; raise the JVM's limit with"
                            + " -XX:MaxDirectMemorySize or use fewer samples.",
                    e);
        }
    }

    static IntBuffer allocateInts(long count, String what) {
        return allocate(count * LABEL_BYTES, what).asIntBuffer();
    }

    /** @throws DataFormatException if `bytes` is more than one buffer can hold */
    static void requireFits(long bytes, String what) {
        if (bytes > MAX_BYTES) {
            throw DataFormatException.of(
                    what,
                    bytes + " bytes in memory are more than the 2 GiB that one data set can hold",
                    "use fewer samples or smaller numbers (unsigned bytes)");
        }
    }
}
