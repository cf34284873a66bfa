package dev.mnistnative.net;

import dev.mnistnative.metrics.Confusion;
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
 * @param confusion who is taken for whom; empty where it was not counted
 */
public record Evaluation(double loss, double objective, double accuracy, long counted, Optional<Confusion> confusion) {
    /** Right predictions among the samples that count. */
    public long correct() {
        return counted == 0 ? 0 : Math.round(accuracy * counted);
    }
}
