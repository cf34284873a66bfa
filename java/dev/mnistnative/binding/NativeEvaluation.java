package dev.mnistnative.binding;

/**
 * Sums over the samples that count, as {@code mn_evaluation}: for the cross-entropy those whose label is not
 * ignore_index, else all.
 *
 * @param lossSum sum of the plain losses, without weights and label smoothing: lossSum / counted is the loss
 * @param objectiveSum sum of what training minimises: objectiveSum / weightSum is the mean reduction's objective
 * @param weightSum sum of the sample weights, times the class weights of the labels
 * @param absoluteErrorSum of each sample's mean over its outputs; 0 for the cross-entropy
 * @param squaredErrorSum likewise of the squares
 * @param correct samples whose largest logit is their label; right outputs for the binary cross-entropy; else 0
 * @param counted samples
 */
public record NativeEvaluation(
        double lossSum,
        double objectiveSum,
        double weightSum,
        double absoluteErrorSum,
        double squaredErrorSum,
        long correct,
        long counted) {
    /** Of no samples. */
    public static final NativeEvaluation NONE = new NativeEvaluation(0, 0, 0, 0, 0, 0, 0);

    static NativeEvaluation of(MnEvaluation sums) {
        return new NativeEvaluation(
                sums.loss_sum(),
                sums.objective_sum(),
                sums.weight_sum(),
                sums.absolute_error_sum(),
                sums.squared_error_sum(),
                sums.correct(),
                sums.counted());
    }

    /** The sums over both. */
    public NativeEvaluation plus(NativeEvaluation other) {
        return new NativeEvaluation(
                lossSum + other.lossSum,
                objectiveSum + other.objectiveSum,
                weightSum + other.weightSum,
                absoluteErrorSum + other.absoluteErrorSum,
                squaredErrorSum + other.squaredErrorSum,
                correct + other.correct,
                counted + other.counted);
    }
}
