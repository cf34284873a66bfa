package dev.mnistnative.net;

import java.util.Optional;

/**
 * How a net does on labelled samples. The same weights and samples give the same numbers wherever they are computed:
 * after an epoch, by a model, in a report.
 *
 * @param loss mean cross-entropy of the samples that count: without class weights, without label smoothing, whatever
 *     training minimises; NaN if none counts
 * @param objective what training minimises, on these samples: with its class weights and label smoothing, and under its
 *     reduction their weighted mean or their sum; equal to {@code loss} under the mean without weights and smoothing
 * @param accuracy share of right predictions among the samples that count; NaN if none counts
 * @param counted samples that count: those whose label is not ignored
 * @param confusion [classes][classes] the samples of each label (row) by their prediction (column); empty where it was
 *     not counted. Not copied: do not change it
 */
public record Evaluation(double loss, double objective, double accuracy, long counted, Optional<int[][]> confusion) {
    /** Right predictions among the samples that count. */
    public long correct() {
        return counted == 0 ? 0 : Math.round(accuracy * counted);
    }

    /**
     * Of the samples predicted to be of this class the share that is; NaN if there is none.
     *
     * @throws java.util.NoSuchElementException if the confusion was not counted
     */
    public double precision(int label) {
        int[][] counts = confusion.orElseThrow();
        long predicted = 0;
        for (int[] row : counts) {
            predicted += row[label];
        }
        return (double) counts[label][label] / predicted;
    }

    /**
     * Of the samples of this class the share that is predicted to be; NaN if there is none.
     *
     * @throws java.util.NoSuchElementException if the confusion was not counted
     */
    public double recall(int label) {
        int[][] counts = confusion.orElseThrow();
        long there = 0;
        for (int count : counts[label]) {
            there += count;
        }
        return (double) counts[label][label] / there;
    }
}
