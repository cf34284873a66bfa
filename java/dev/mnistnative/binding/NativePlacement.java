package dev.mnistnative.binding;

/**
 * Where and how a net computes.
 *
 * @param device one of the {@code MN_DEVICE_} values
 * @param deviceIndex which GPU
 * @param precision one of the {@code MN_PRECISION_} values
 * @param threads 0 = all cores
 * @param isa a level's name or "auto"
 */
public record NativePlacement(int device, int deviceIndex, int precision, int threads, String isa) {
    /** Values of {@link #device}. */
    public static final int CPU = MnistNative.MN_DEVICE_CPU;

    public static final int CUDA = MnistNative.MN_DEVICE_CUDA;
    public static final int REFERENCE = MnistNative.MN_DEVICE_REFERENCE;
}
