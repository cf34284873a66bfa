package dev.mnistnative.net;

/** How numbers are multiplied. The order is that of {@code mn_precision}. */
public enum Precision {
    /** float32 throughout. */
    FLOAT32,
    /** bfloat16 products, float32 sums. */
    BF16,
    /** NVIDIA's TF32 products, float32 sums; GPUs only. */
    TF32
}
