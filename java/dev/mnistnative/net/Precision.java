package dev.mnistnative.net;

import dev.mnistnative.binding.MnistNative;

/** How numbers are multiplied. */
public enum Precision {
    /** float32 throughout. */
    FLOAT32(MnistNative.MN_PRECISION_FLOAT32),
    /** bfloat16 products, float32 sums. */
    BF16(MnistNative.MN_PRECISION_BF16),
    /** NVIDIA's TF32 products, float32 sums; GPUs only. */
    TF32(MnistNative.MN_PRECISION_TF32);

    private final int code;

    Precision(int code) {
        this.code = code;
    }

    /** Its number on the native side. */
    public int code() {
        return code;
    }
}
