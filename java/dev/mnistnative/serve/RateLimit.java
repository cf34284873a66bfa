package dev.mnistnative.serve;

import dev.mnistnative.internal.Seconds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** A token bucket for each client address. Safe for use by many threads. */
final class RateLimit {
    private static final int MAX_CLIENTS = 10_000;

    private final int perSecond;
    private final double burst;
    private final LongSupplier clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MAX_CLIENTS;
        }
    };

    private static final class Bucket {
        private double tokens;
        private long filled;
    }

    /** @param perSecond 0 = no limit */
    RateLimit(int perSecond, double burstSeconds, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        burst = perSecond * burstSeconds;
        clock = nanoTime;
    }

    /** Whether this client may have one more request now. */
    synchronized boolean admits(String client) {
        if (perSecond == 0) {
            return true;
        }
        long now = clock.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(client, address -> full(now));
        bucket.tokens = Math.min(burst, bucket.tokens + Seconds.of(now - bucket.filled) * perSecond);
        bucket.filled = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens--;
        return true;
    }

    private Bucket full(long now) {
        Bucket bucket = new Bucket();
        bucket.tokens = burst;
        bucket.filled = now;
        return bucket;
    }
}
