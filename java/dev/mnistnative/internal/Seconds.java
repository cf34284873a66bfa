package dev.mnistnative.internal;

/**
 * Durations in seconds, as our reports and settings have them, from nanoseconds, as {@link System#nanoTime} has them.
 */
public final class Seconds {
    private static final double NANOS = 1e9;

    private Seconds() {}

    /** Since {@link System#nanoTime} was {@code nanoTime}. */
    public static double since(long nanoTime) {
        return of(System.nanoTime() - nanoTime);
    }

    /** As many nanoseconds in seconds. */
    public static double of(long nanoseconds) {
        return nanoseconds / NANOS;
    }
}
