package dev.mnistnative.train;

/**
 * Follows a run. All methods are called by the thread that called {@link Trainer#fit}, between two chunks of steps;
 * they may use the trainer (read its parameters, cancel) but not close it. An exception ends the run and comes out of
 * {@code fit}; the trainer stays usable.
 */
public interface TrainingListener {
    /** Before the first step; the trainer has the state that a run goes on from. */
    default void onStart(TrainingStart start) {}

    /** After every chunk of steps, ten to twenty times a second. */
    default void onSteps(StepsDone event) {}

    /** After every epoch and its evaluation. */
    default void onEpoch(EpochEnded event) {}

    /** After a checkpoint was written. */
    default void onCheckpoint(CheckpointWritten event) {}

    /** After the last epoch, whatever the reason; not after an exception. */
    default void onEnd(TrainingResult result) {}
}
