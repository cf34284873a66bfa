package dev.mnistnative.train;

/** Whose weights a trainer has when {@link Trainer#fit} returns. */
public enum Keep {
    /** The last step's. */
    LAST,
    /**
     * Those after the epoch whose evaluation had the lowest objective: the loss, with the class weights and the label
     * smoothing of the settings. A loss that is not a number is never the lowest, and of equal ones the first counts.
     */
    BEST
}
