package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds what training tasks of one JVM hold outside the heap. Samples lie in memory that is freed when the garbage
 * collector finds their data set, of which an idle heap knows no need: fit after fit, memory would grow. Before more is
 * taken than {@link #SLACK} beside what is in use, the collector is asked.
 */
final class OffHeapMemory {
    /** Bytes that may wait for the collector. */
    static final long SLACK = 256L << 20;

    private static final Map<Reference<Dataset>, Long> HELD = new HashMap<>();
    private static final ReferenceQueue<Dataset> FREED = new ReferenceQueue<>();

    private OffHeapMemory() {}

    /** To be called before so many bytes are taken. */
    static synchronized void makeRoom(long bytes) {
        forgetFreed();
        if (held() + bytes > SLACK) {
            System.gc();
        }
    }

    /** Remembers a data set until it is collected. */
    static synchronized void track(Dataset data, long bytes) {
        HELD.put(new PhantomReference<>(data, FREED), bytes);
    }

    /** Bytes of data sets that were not collected yet. */
    static synchronized long held() {
        forgetFreed();
        return HELD.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void forgetFreed() {
        for (Reference<? extends Dataset> freed = FREED.poll(); freed != null; freed = FREED.poll()) {
            HELD.remove(freed);
        }
    }
}
