package dev.mnistnative.train;

/** Why {@link Trainer#fit} returned. */
public enum StopReason {
    /** All epochs were done. */
    COMPLETED,
    /** The loss had not become better for as many epochs as the settings allow. */
    EARLY_STOPPING,
    /** {@link Trainer#cancel()} or the thread's interruption. */
    INTERRUPTED,
    /** A loss was not finite; the parameters are those before the step that had it. */
    DIVERGED
}
