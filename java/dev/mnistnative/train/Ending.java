package dev.mnistnative.train;

/**
 * Why a run ends before its last epoch is done.
 *
 * @param reason never COMPLETED
 * @param message one sentence for {@link TrainingResult#message()}
 */
record Ending(StopReason reason, String message) {
    /** @param sentence the native side's, on what was not finite */
    static Ending diverged(RunPosition next, String sentence) {
        return new Ending(StopReason.DIVERGED, at(next) + sentence);
    }

    static Ending interruptedBefore(RunPosition next) {
        return new Ending(StopReason.INTERRUPTED, at(next) + "training was interrupted");
    }

    static Ending interruptedAfter(int epoch) {
        return new Ending(StopReason.INTERRUPTED, "after epoch " + epoch + ": training was interrupted");
    }

    static Ending evaluationInterrupted(int epoch) {
        return new Ending(StopReason.INTERRUPTED, "after epoch " + epoch + ": its evaluation was interrupted");
    }

    static Ending early(int patience) {
        String epochs = patience == 1 ? " epoch" : " epochs";
        return new Ending(
                StopReason.EARLY_STOPPING, "the evaluation's objective has not become better for " + patience + epochs);
    }

    /** Names the step that would be next. */
    private static String at(RunPosition next) {
        return "epoch " + next.epoch() + ", step " + (next.step() + 1) + ": ";
    }
}
