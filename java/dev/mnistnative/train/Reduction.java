package dev.mnistnative.train;

import dev.mnistnative.binding.NativeLoss;

/** How the samples' losses become one. */
public enum Reduction {
    /** One loss per sample; not for training. */
    NONE(NativeLoss.NONE),
    /** The weighted mean. */
    MEAN(NativeLoss.MEAN),
    /** The sum. */
    SUM(NativeLoss.SUM);

    /** The native library's number for it. */
    final int code;

    Reduction(int code) {
        this.code = code;
    }
}
