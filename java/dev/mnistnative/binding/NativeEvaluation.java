package dev.mnistnative.binding;

/**
 * Sums over samples whose label is not ignore_index, as {@code mn_evaluation}.
 *
 * @param lossSum sum of the plain cross-entropies, without class weights and label smoothing: lossSum / counted is the
 *     loss
 * @param objectiveSum sum of what training minimises: objectiveSum / weightSum is the mean reduction's objective
 * @param weightSum sum of the labels' class weights
 * @param correct samples whose largest logit is their label
 * @param counted samples
 */
public record NativeEvaluation(double lossSum, double objectiveSum, double weightSum, long correct, long counted) {
    /** Of no samples. */
    public static final NativeEvaluation NONE = new NativeEvaluation(0, 0, 0, 0, 0);

    static NativeEvaluation of(MnEvaluation sums) {
        return new NativeEvaluation(
                sums.loss_sum(), sums.objective_sum(), sums.weight_sum(), sums.correct(), sums.counted());
    }

    /** The sums over both. */
    public NativeEvaluation plus(NativeEvaluation other) {
        return new NativeEvaluation(
                lossSum + other.lossSum,
                objectiveSum + other.objectiveSum,
                weightSum + other.weightSum,
                correct + other.correct,
                counted + other.counted);
    }
}
