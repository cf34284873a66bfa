package dev.mnistnative.binding;

/**
 * The values of {@code mn_loss_options}.
 *
 * @param classWeights [classes] or null
 * @param reduction one of {@link #NONE}, {@link #MEAN}, {@link #SUM}
 */
public record NativeLoss(float[] classWeights, long ignoreIndex, double labelSmoothing, int reduction) {
    /** The label of samples that do not count, unless another is set. */
    public static final int IGNORE_INDEX = MnistNative.MN_IGNORE_INDEX;

    /** Values of {@link #reduction}. */
    public static final int NONE = MnistNative.MN_REDUCTION_NONE;

    public static final int MEAN = MnistNative.MN_REDUCTION_MEAN;
    public static final int SUM = MnistNative.MN_REDUCTION_SUM;
}
