package dev.mnistnative.binding;

/**
 * The loss's part of {@code mn_options}.
 *
 * @param classWeights [classes] or null
 * @param reduction one of the constants below
 */
public record NativeLoss(float[] classWeights, long ignoreIndex, double labelSmoothing, int reduction) {
    /** Values of {@link #reduction}. */
    public static final int NONE = MnistNative.MN_REDUCTION_NONE;

    public static final int MEAN = MnistNative.MN_REDUCTION_MEAN;
    public static final int SUM = MnistNative.MN_REDUCTION_SUM;
}
