package dev.mnistnative.data;

/**
 * The SplitMix64 generator (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014; the
 * constants of S. Vigna's splitmix64.c). Written out so that no JDK's choice of algorithm changes a training run.
 */
final class SplitMix64 {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final long LOW_32 = 0xffff_ffffL;

    private static final double TO_UNIT = 1.0 / (1L << 31);

    private long state;

    SplitMix64(long seed) {
        state = seed;
    }

    /** A generator whose seed is the output number `index` (from 0) of the generator seeded with `seed`. */
    static SplitMix64 stream(long seed, int index) {
        return new SplitMix64(mix(seed + GOLDEN_GAMMA * (index + 1L)));
    }

    long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** A number of −1 … 1, each of 2^32 equally likely. */
    double unit() {
        return (int) (next() >>> 32) * TO_UNIT;
    }

    /** A number of 0 … bound − 1, each equally likely (D. Lemire's multiply-shift with rejection); bound ≥ 1. */
    int below(int bound) {
        long threshold = (LOW_32 + 1 - bound) % bound;
        long product;
        do {
            product = (next() >>> 32) * bound;
        } while ((product & LOW_32) < threshold);
        return (int) (product >>> 32);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
