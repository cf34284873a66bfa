package dev.mnistnative.train;

import java.util.OptionalDouble;

/**
 * What one epoch did.
 *
 * @param epoch from 1
 * @param epochs of the run
 * @param trainLoss mean of the batch losses, each under the parameters before its step; batches whose labels are all
 *     ignored are left out (NaN if there is no other)
 * @param lastBatchAccuracy share of right predictions in the last batch, before its step (the article's accuracy)
 * @param trainAccuracy share of right predictions in all batches, each before its step
 * @param testLoss mean loss on the test set after the epoch; empty without one
 * @param testAccuracy share of right predictions on the test set after the epoch; empty without one
 * @param seconds training alone
 * @param evaluationSeconds evaluation on the test set
 * @param steps optimizer steps
 * @param imagesPerSecond samples trained a second, by {@code seconds}
 */
public record EpochReport(
        int epoch,
        int epochs,
        double trainLoss,
        double lastBatchAccuracy,
        double trainAccuracy,
        OptionalDouble testLoss,
        OptionalDouble testAccuracy,
        double seconds,
        double evaluationSeconds,
        int steps,
        double imagesPerSecond) {}
