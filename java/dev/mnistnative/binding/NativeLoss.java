package dev.mnistnative.binding;

/**
 * The loss's part of {@code mn_options}.
 *
 * @param classWeights [classes] or null
 * @param reduction one of the {@code MN_REDUCTION_} values: 0 none, 1 mean, 2 sum
 */
public record NativeLoss(float[] classWeights, long ignoreIndex, double labelSmoothing, int reduction) {}
