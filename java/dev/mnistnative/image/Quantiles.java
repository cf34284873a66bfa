package dev.mnistnative.image;

import java.util.Arrays;

/** Order statistics. */
final class Quantiles {
    private Quantiles() {}

    /** The value below which this share of the values lies. */
    static float of(float[] values, double share) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }

    /** From the darkest to the brightest. */
    static float range(float[] values) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        return most - least;
    }
}
