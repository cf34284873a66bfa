package dev.mnistnative.binding;

/**
 * The values of {@code mn_loss_options}.
 *
 * @param kind one of {@link #CROSS_ENTROPY}, {@link #BCE}, {@link #MSE}, {@link #L1}, {@link #SMOOTH_L1},
 *     {@link #HUBER}
 * @param parameter smooth L1's beta, Huber's delta, else 0
 * @param posWeight [outputs] or null
 * @param classWeights [classes] or null
 * @param reduction one of {@link #NONE}, {@link #MEAN}, {@link #SUM}
 */
public record NativeLoss(
        int kind,
        double parameter,
        float[] posWeight,
        float[] classWeights,
        long ignoreIndex,
        double labelSmoothing,
        int reduction) {
    /** The label of samples that do not count, unless another is set. */
    public static final int IGNORE_INDEX = MnistNative.MN_IGNORE_INDEX;

    /** Values of {@link #kind}. */
    public static final int CROSS_ENTROPY = MnistNative.MN_LOSS_CROSS_ENTROPY;

    public static final int BCE = MnistNative.MN_LOSS_BCE;
    public static final int MSE = MnistNative.MN_LOSS_MSE;
    public static final int L1 = MnistNative.MN_LOSS_L1;
    public static final int SMOOTH_L1 = MnistNative.MN_LOSS_SMOOTH_L1;
    public static final int HUBER = MnistNative.MN_LOSS_HUBER;

    /** Values of {@link #reduction}. */
    public static final int NONE = MnistNative.MN_REDUCTION_NONE;

    public static final int MEAN = MnistNative.MN_REDUCTION_MEAN;
    public static final int SUM = MnistNative.MN_REDUCTION_SUM;

    /** Of labels. */
    public static NativeLoss crossEntropy(
            float[] classWeights, long ignoreIndex, double labelSmoothing, int reduction) {
        return new NativeLoss(CROSS_ENTROPY, 0, null, classWeights, ignoreIndex, labelSmoothing, reduction);
    }

    /** Of targets; the mean. */
    public static NativeLoss targets(int kind, double parameter, float[] posWeight) {
        return new NativeLoss(kind, parameter, posWeight, null, IGNORE_INDEX, 0, MEAN);
    }

    /** Whether it takes targets, and not labels. */
    public boolean takesTargets() {
        return kind != CROSS_ENTROPY;
    }
}
