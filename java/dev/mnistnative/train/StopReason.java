package dev.mnistnative.train;

/** Why {@link Trainer#fit} returned. */
public enum StopReason {
    /** All epochs were done. */
    COMPLETED,
    /** The loss had not become better for as many epochs as the settings allow. */
    EARLY_STOPPING,
    /** {@link Trainer#cancel()} or the thread's interruption. */
    INTERRUPTED,
    /** The portion asked for is done, and there is more of the run to come. */
    PAUSED,
    /**
     * A loss was not finite, of a step (the parameters are those at the start of its chunk) or of an evaluation; where
     * the settings keep the best epoch and there is one, the parameters are its.
     */
    DIVERGED;

    /** Whether there are steps left that could be gone on with. */
    boolean leavesMore() {
        return this == INTERRUPTED || this == PAUSED;
    }
}
