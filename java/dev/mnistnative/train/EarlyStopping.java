package dev.mnistnative.train;

import java.util.Map;

/**
 * Counts the epochs without a better evaluation. It watches the objective, which training minimises: the loss with its
 * class weights and label smoothing.
 */
final class EarlyStopping {
    private static final String BEST = "early_stopping.best_objective";
    private static final String EPOCHS_WITHOUT = "early_stopping.epochs_without";

    private final int patience;
    private double best = Double.POSITIVE_INFINITY;
    private int without;

    /** Patience 0 never stops. */
    EarlyStopping(int patience) {
        this.patience = patience;
    }

    /** What {@link #entries} wrote, under another patience. */
    static EarlyStopping of(int patience, CheckpointHeader header) {
        EarlyStopping stopping = new EarlyStopping(patience);
        stopping.best = header.number(BEST);
        stopping.without = header.integer(EPOCHS_WITHOUT);
        return stopping;
    }

    /** Every bit of what has been seen, for a checkpoint's header. */
    Map<String, String> entries() {
        return Map.of(BEST, String.valueOf(best), EPOCHS_WITHOUT, String.valueOf(without));
    }

    /** Whether to stop after an epoch whose evaluation has this objective. */
    boolean after(double objective) {
        if (objective < best) {
            best = objective;
            without = 0;
        } else {
            without++;
        }
        return isSpent();
    }

    /** Whether the patience is at its end. */
    boolean isSpent() {
        return patience > 0 && without >= patience;
    }
}
