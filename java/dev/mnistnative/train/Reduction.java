package dev.mnistnative.train;

/** How the samples' losses become one. The order is that of {@code mn_reduction}. */
public enum Reduction {
    /** One loss a sample; not for training. */
    NONE,
    /** The weighted mean. */
    MEAN,
    /** The sum. */
    SUM
}
