package dev.mnistnative.report.html;

import java.util.Locale;

/** Round numbers for an axis. */
final class Ticks {
    private Ticks() {}

    /** 1, 2 or 5 times a power of ten, so that about `count` of them make the length. */
    static double step(double length, int count) {
        if (!(length > 0) || !Double.isFinite(length)) {
            return 1;
        }
        double rough = length / count;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double factor : new double[] {1, 2, 5}) {
            if (rough <= factor * power * (1 + 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    /** Digits after the point that tell multiples of the step apart. */
    static int decimals(double step) {
        return (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    }

    /** A number on the axis; millions and thousands shortened. */
    static String label(double value, int decimals) {
        if (Math.abs(value) >= 1e6) {
            return plain(value / 1e6) + "M";
        }
        if (Math.abs(value) >= 1e4) {
            return plain(value / 1e3) + "k";
        }
        return String.format(Locale.ROOT, "%." + decimals + "f", value == 0 ? 0 : value);
    }

    private static String plain(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
    }
}
