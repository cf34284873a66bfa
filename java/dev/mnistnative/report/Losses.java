package dev.mnistnative.report;

import java.util.Locale;

/** Losses as every report shows them, so that the same weights show the same digits everywhere. */
public final class Losses {
    private Losses() {}

    /** Six decimals. */
    public static String text(double loss) {
        return Double.isFinite(loss) ? String.format(Locale.ROOT, "%.6f", loss) : PythonNumbers.repr(loss);
    }
}
