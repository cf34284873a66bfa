package dev.mnistnative.net;

import dev.mnistnative.metrics.Confusion;
import java.util.Optional;

/**
 * How a net does on samples whose labels or targets are known. The same weights and samples give the same numbers
 * wherever they are computed: after an epoch, by a model, in a report.
 *
 * @param loss mean loss of the samples that count: without any weights, without label smoothing, whatever training
 *     minimises; NaN if none counts
 * @param objective what training minimises, on these samples: with all weights and label smoothing, and under its
 *     reduction their weighted mean or their sum; equal to {@code loss} under the mean without weights and smoothing
 * @param accuracy share of right predictions among the samples that count, or of right labels where each output is one;
 *     NaN if none counts, or where the outputs are values
 * @param absoluteError mean distance of outputs (of labels the probabilities) from their targets; NaN for classes
 * @param squaredError mean square of the distance; NaN for classes
 * @param counted samples that count: those whose label is not ignored
 * @param confusion who is taken for whom; empty where it was not counted
 */
public record Evaluation(
        double loss,
        double objective,
        double accuracy,
        double absoluteError,
        double squaredError,
        long counted,
        Optional<Confusion> confusion) {
    /** Of classes. */
    public Evaluation(double loss, double objective, double accuracy, long counted, Optional<Confusion> confusion) {
        this(loss, objective, accuracy, Double.NaN, Double.NaN, counted, confusion);
    }

    /** Right classes among the samples that count. */
    public long correct() {
        return counted == 0 || Double.isNaN(accuracy) ? 0 : Math.round(accuracy * counted);
    }
}
