package dev.mnistnative.report;

import java.util.Locale;

/** Shares and errors as every report shows them. */
public final class Figures {
    private Figures() {}

    /** A share or a correlation with four decimals; "-" for one that is none. */
    public static String share(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }

    /** An error, whose size depends on what it is of, with six significant digits; "-" for one that is none. */
    public static String error(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.6g", value);
    }
}
