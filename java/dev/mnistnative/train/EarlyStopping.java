package dev.mnistnative.train;

/** Counts the epochs without a better test loss. */
final class EarlyStopping {
    private final int patience;
    private double best = Double.POSITIVE_INFINITY;
    private int without;

    /** Patience 0 never stops. */
    EarlyStopping(int patience) {
        this.patience = patience;
    }

    /** Whether to stop after an epoch with this test loss. */
    boolean after(double testLoss) {
        if (testLoss < best) {
            best = testLoss;
            without = 0;
        } else {
            without++;
        }
        return patience > 0 && without >= patience;
    }
}
