package dev.mnistnative.report;

import dev.mnistnative.net.Evaluation;
import java.util.Locale;

/** Losses as every report shows them, so that the same weights show the same digits everywhere. */
public final class Losses {
    private Losses() {}

    /** Six decimals. */
    public static String text(double loss) {
        return Double.isFinite(loss) ? String.format(Locale.ROOT, "%.6f", loss) : PythonNumbers.repr(loss);
    }

    /** Whether training minimises something else than the loss: class weights or label smoothing are in it, or a sum. */
    public static boolean hasOtherObjective(Evaluation evaluation) {
        return Double.compare(evaluation.objective(), evaluation.loss()) != 0;
    }
}
