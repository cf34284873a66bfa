package dev.mnistnative.bench;

import java.util.Arrays;

/**
 * How long something took that was done several times.
 *
 * @param median in seconds
 * @param best in seconds
 * @param count how often it was timed
 */
public record Timings(double median, double best, int count) {
    /** Of at least one time, in seconds. */
    static Timings of(double[] seconds) {
        if (seconds.length == 0) {
            throw new IllegalArgumentException("there is no time to summarise");
        }
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Timings(median, sorted[0], sorted.length);
    }
}
