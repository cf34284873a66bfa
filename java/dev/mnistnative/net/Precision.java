package dev.mnistnative.net;

import dev.mnistnative.binding.MnistNative;

/** How numbers are multiplied. */
public enum Precision {
    /** float32 throughout. */
    FLOAT32(MnistNative.MN_PRECISION_FLOAT32),
    /** bfloat16 products, float32 sums. */
    BF16(MnistNative.MN_PRECISION_BF16),
    /** NVIDIA's TF32 products, float32 sums; GPUs only. */
    TF32(MnistNative.MN_PRECISION_TF32),
    /**
     * Products of bytes, exact sums; models on the processor only, on any instruction set and with the same bits on all
     * of them. A layer's weights are rounded to -127..127 times a scale of each output's own, its inputs to 256 steps
     * of each sample's own range; pixels that are bytes stay what they are. Layers may have 65,536 inputs at most.
     */
    INT8(MnistNative.MN_PRECISION_INT8);

    private final int code;

    Precision(int code) {
        this.code = code;
    }

    /** Its number on the native side. */
    public int code() {
        return code;
    }
}
