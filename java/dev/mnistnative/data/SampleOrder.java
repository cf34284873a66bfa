package dev.mnistnative.data;

/**
 * The order in which a pass takes the samples. File order needs no list (the native side counts by itself); a shuffled
 * order is a permutation that depends on the number of samples, the seed and the epoch alone: the same on every JDK and
 * machine, and no epoch's order depends on whether another was drawn.
 */
public final class SampleOrder {
    private SampleOrder() {}

    /**
     * A random permutation of 0 … n − 1: Fisher–Yates from the last place down, place i swapped with place j of
     * 0 … i. j comes from SplitMix64, seeded with output number `epoch` of the SplitMix64 seeded with `seed`: the upper
     * 32 bits times (i + 1), divided by 2^32, redrawn where that would favour a number.
     *
     * @param n number of samples, 0 or more
     * @param epoch 0 or more
     */
    public static int[] shuffled(int n, long seed, int epoch) {
        if (n < 0 || epoch < 0) {
            throw new IllegalArgumentException("n and epoch must be 0 or more, not " + n + " and " + epoch);
        }
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        SplitMix64 random = SplitMix64.stream(seed, epoch);
        for (int i = n - 1; i > 0; i--) {
            int j = random.below(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
