package dev.mnistnative.train;

/** Checks of settings; every refusal names the field. */
final class Require {
    private Require() {}

    static void finite(String field, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(field + " is " + value + ", but must be a finite number");
        }
    }

    static void finite(String field, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                finite(field + "[" + i + "]", values[i]);
            }
        }
    }

    static void notNegative(String field, double value) {
        if (!(value >= 0) || !Double.isFinite(value)) {
            throw new IllegalArgumentException(field + " is " + value + ", but must be finite and not negative");
        }
    }

    static void above(String field, double value, double low) {
        if (!(value > low) || !Double.isFinite(value)) {
            throw new IllegalArgumentException(field + " is " + value + ", but must be finite and above " + low);
        }
    }

    static void between(String field, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw new IllegalArgumentException(
                    field + " is " + value + ", but must be between " + low + " and " + high);
        }
    }

    static void atLeast(String field, long value, long low) {
        if (value < low) {
            throw new IllegalArgumentException(field + " is " + value + ", but must be at least " + low);
        }
    }

    static void adaptive(double lr, double beta1, double beta2, double eps, double weightDecay) {
        notNegative("lr", lr);
        beta("beta1", beta1);
        beta("beta2", beta2);
        notNegative("eps", eps);
        notNegative("weight_decay", weightDecay);
    }

    private static void beta(String field, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(field + " is " + value + ", but must be at least 0 and below 1");
        }
    }
}
