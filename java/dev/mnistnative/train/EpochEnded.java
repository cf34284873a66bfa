package dev.mnistnative.train;

import dev.mnistnative.net.Evaluation;
import java.util.Optional;

/**
 * An epoch has ended and was evaluated.
 *
 * @param position after the epoch's last step
 * @param training what its steps did
 * @param evaluation by the parameters after the epoch; empty where there is nothing to evaluate on
 * @param timing how long it took
 */
public record EpochEnded(RunPosition position, Training training, Optional<Evaluation> evaluation, Timing timing) {
    /**
     * What an epoch's steps did, each seen under the parameters before its update.
     *
     * @param loss mean over the batches of {@link StepsDone#losses()}; batches whose labels are all ignored are left
     *     out (NaN if there is no other)
     * @param objective mean over the batches of {@link StepsDone#objectives()}; those that have none are left out, too
     * @param absoluteError mean over the batches of {@link StepsDone#absoluteErrors()}; NaN for the cross-entropy
     * @param accuracy share of right predictions in all batches; NaN where the outputs are values
     * @param lastBatchAccuracy share of right predictions in the last batch (the article's accuracy); likewise
     */
    public record Training(
            double loss, double objective, double absoluteError, double accuracy, double lastBatchAccuracy) {}

    /**
     * How long an epoch took.
     *
     * @param seconds training alone
     * @param evaluationSeconds evaluation
     * @param samplesPerSecond samples trained per second, by {@code seconds}
     */
    public record Timing(double seconds, double evaluationSeconds, double samplesPerSecond) {}
}
