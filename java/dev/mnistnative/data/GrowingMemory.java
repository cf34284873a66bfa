package dev.mnistnative.data;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Direct memory that grows with the data that has really arrived, never by what a file claims to hold. */
final class GrowingMemory {
    /** The most that is allocated before anything arrived. */
    static final int FIRST_BYTES = 1 << 23;

    private final String what;
    private final long most;
    private ByteBuffer buffer;

    /**
     * @param most bytes that will never be exceeded
     * @param first bytes to begin with
     * @param what names the contents in messages
     */
    GrowingMemory(long first, long most, String what) throws IOException {
        this.what = what;
        this.most = most;
        this.buffer = DirectMemory.allocateFor(what, first);
    }

    private GrowingMemory(ByteBuffer buffer, String what) {
        this.what = what;
        this.most = buffer.capacity();
        this.buffer = buffer;
    }

    /** All memory at once, for a file whose size is known; beyond the JVM's limit for direct memory if need be. */
    static GrowingMemory ofRoom(long bytes, String what) throws IOException {
        return new GrowingMemory(DirectMemory.allocateAnywhere(what, bytes), what);
    }

    /** The memory, with room for at least `bytes` more at its position. */
    ByteBuffer withRoomFor(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            long needed = buffer.position() + (long) bytes;
            buffer = copyTo(Math.max(needed, Math.min(most, Math.min(2L * buffer.capacity(), DirectMemory.MAX_BYTES))));
        }
        return buffer;
    }

    /** What was written, in memory of just that size. */
    ByteBuffer finish() throws IOException {
        return (buffer.hasRemaining() ? copyTo(buffer.position()) : buffer).flip();
    }

    private ByteBuffer copyTo(long capacity) throws IOException {
        return DirectMemory.allocateFor(what, capacity).put(buffer.flip());
    }
}
