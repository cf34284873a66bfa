package dev.mnistnative.train;

/** Whose weights a trainer has when {@link Trainer#fit} returns. */
public enum Keep {
    /** The last step's. */
    LAST,
    /**
     * Those after the epoch whose evaluation had the lowest loss, the plain mean that all reports print. A loss that is
     * not a number is never the lowest, and of equal ones the first counts.
     */
    BEST
}
