package dev.mnistnative.metrics;

import java.util.function.IntToDoubleFunction;

/** Means over classes, labels or outputs of which some have no value. */
final class Means {
    private Means() {}

    /** The mean of those that are numbers, each counting the same; NaN if none is. */
    static double ofNumbers(int count, IntToDoubleFunction value) {
        double sum = 0;
        int numbers = 0;
        for (int i = 0; i < count; i++) {
            double each = value.applyAsDouble(i);
            if (!Double.isNaN(each)) {
                sum += each;
                numbers++;
            }
        }
        return sum / numbers;
    }
}
