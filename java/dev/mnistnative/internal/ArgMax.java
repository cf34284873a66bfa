package dev.mnistnative.internal;

/** Where the largest of some numbers stands. */
public final class ArgMax {
    private ArgMax() {}

    /** Index of the first of the largest. */
    public static int of(float[] values) {
        return of(values, 0, values.length);
    }

    /** Index, counted from {@code start}, of the first of the largest among {@code count} values from there on. */
    public static int of(float[] values, int start, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[start + i] > values[start + best]) {
                best = i;
            }
        }
        return best;
    }
}
