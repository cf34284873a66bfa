package dev.mnistnative.binding;

/**
 * Sums over samples, as {@code mn_evaluation}.
 *
 * @param lossSum sum of the samples' weighted losses
 * @param weightSum sum of their weights: lossSum / weightSum is the mean reduction
 * @param correct samples whose largest logit is their label
 * @param counted samples whose label is not ignore_index
 */
public record NativeEvaluation(double lossSum, double weightSum, long correct, long counted) {
    /** Of no samples. */
    public static final NativeEvaluation NONE = new NativeEvaluation(0, 0, 0, 0);

    /** The sums over both. */
    public NativeEvaluation plus(NativeEvaluation other) {
        return new NativeEvaluation(
                lossSum + other.lossSum, weightSum + other.weightSum, correct + other.correct, counted + other.counted);
    }
}
