package dev.mnistnative.train;

import dev.mnistnative.data.EvaluatedOn;

/**
 * Why a run ends before its last epoch is done.
 *
 * @param reason never COMPLETED
 * @param message one sentence for {@link TrainingResult#message()}
 */
record Ending(StopReason reason, String message) {
    /** @param learnt whether steps were done before, by this trainer */
    static Ending diverged(RunPosition next, boolean learnt) {
        String why = learnt
                ? "lower the learning rate or scale the input"
                : "no step has changed the weights yet, so the input's or the initial weights' numbers are too large: "
                        + "scale the input or start from other weights";
        return new Ending(StopReason.DIVERGED, at(next) + "the loss is not finite; " + why);
    }

    static Ending evaluationDiverged(int epoch, EvaluatedOn set, double loss) {
        return new Ending(
                StopReason.DIVERGED,
                "after epoch " + epoch + ": the " + set + " loss is " + loss + ", though the training loss is "
                        + "finite; scale the " + set + " set as the training set, or lower the learning rate");
    }

    static Ending interruptedBefore(RunPosition next) {
        return new Ending(StopReason.INTERRUPTED, at(next) + "training was interrupted");
    }

    static Ending pausedBefore(RunPosition next) {
        return new Ending(StopReason.PAUSED, at(next) + "the portion asked for is done");
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
