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

    /** What {@link #text} wrote, with a patience of one's own. */
    static EarlyStopping of(int patience, String text) {
        String[] fields = text.split(" ");
        if (fields.length != 2) {
            throw new IllegalArgumentException("early stopping needs 2 numbers, not \"" + text + "\"");
        }
        EarlyStopping stopping = new EarlyStopping(patience);
        stopping.best = Double.parseDouble(fields[0]);
        stopping.without = Integer.parseInt(fields[1]);
        return stopping;
    }

    /** Every bit of what has been seen, for a checkpoint. */
    String text() {
        return best + " " + without;
    }

    /** Whether to stop after an epoch with this test loss. */
    boolean after(double testLoss) {
        if (testLoss < best) {
            best = testLoss;
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
