package dev.mnistnative.binding;

import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Zeroed native memory in one piece, of more bytes than a buffer can have. It is freed when neither this object nor any
 * buffer that it gave out, nor any buffer made of those, can be reached. It does not count towards the JVM's limit for
 * direct memory. Safe from any thread.
 */
public final class LargeMemory {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Allocation allocation;
    private final long bytes;

    /** Freed when its last holder is gone; must not refer to a holder. */
    private static final class Allocation {
        private final Pointer pointer;
        private final AtomicInteger holders = new AtomicInteger();

        Allocation(Pointer pointer) {
            this.pointer = pointer;
        }

        void heldBy(Object holder) {
            holders.incrementAndGet();
            CLEANER.register(holder, this::drop);
        }

        private void drop() {
            if (holders.decrementAndGet() == 0) {
                Pointer.free(pointer);
            }
        }
    }

    private LargeMemory(Pointer pointer, long bytes) {
        this.bytes = bytes;
        allocation = new Allocation(pointer);
        allocation.heldBy(this);
    }

    /**
     * Allocates.
     *
     * @param bytes 1 or more
     * @throws OutOfMemoryError if there is no room
     */
    public static LargeMemory allocate(long bytes) {
        LibraryLoader.ensureLoaded();
        Pointer pointer = Pointer.calloc(bytes, 1);
        if (pointer == null || pointer.isNull()) {
            throw new OutOfMemoryError("there is no room for " + bytes + " bytes of native memory");
        }
        return new LargeMemory(pointer, bytes);
    }

    /** A view in native byte order, which keeps the memory. */
    public ByteBuffer view(long position, int length) {
        Objects.checkFromIndexSize(position, length, bytes);
        BytePointer start = new BytePointer(allocation.pointer).getPointer(position);
        ByteBuffer view = start.limit(length).asByteBuffer();
        allocation.heldBy(view);
        return view;
    }
}
