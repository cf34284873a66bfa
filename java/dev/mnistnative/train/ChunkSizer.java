package dev.mnistnative.train;

/** How many steps a crossing carries: enough to be worth it, few enough that progress and cancelling stay live. */
final class ChunkSizer {
    private static final double TARGET_SECONDS = 0.075;
    private static final int MAX_GROWTH = 8; // a first measurement may be far off

    private int last;
    private double secondsPerStep;

    /** Steps of the next chunk, 1..remaining. */
    int next(int remaining) {
        if (last == 0) {
            return 1;
        }
        double wanted = Math.min(TARGET_SECONDS / secondsPerStep, (double) last * MAX_GROWTH);
        return (int) Math.max(1, Math.min(remaining, wanted));
    }

    void measured(int steps, double seconds) {
        last = steps;
        secondsPerStep = Math.max(seconds, 1e-9) / steps;
    }
}
