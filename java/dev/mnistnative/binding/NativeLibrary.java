package dev.mnistnative.binding;

import dev.mnistnative.CpuInfo;
import dev.mnistnative.GpuInfo;
import dev.mnistnative.Gpus;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The native library's functions that need no handle. Each loads the library first. Safe from any thread. */
public final class NativeLibrary {
    private static final int REASON_BYTES = 1024;

    private NativeLibrary() {}

    /** Version of the native library, "major.minor.patch". */
    public static String version() {
        LibraryLoader.ensureLoaded();
        return MnistNative.mn_version().getString(StandardCharsets.US_ASCII);
    }

    /** What the processor offers. */
    public static CpuInfo cpu() {
        LibraryLoader.ensureLoaded();
        MnCpuInfo info = new MnCpuInfo(NativeMemory.struct(MnCpuInfo.class));
        NativeStatus.check(MnistNative.mn_get_cpu_info(info));
        List<String> levels =
                List.of(info.isa_levels().getString(StandardCharsets.US_ASCII).split(" "));
        return new CpuInfo(
                levels, info.isa_best().getString(StandardCharsets.US_ASCII), info.cores(), info.has_bf16() != 0);
    }

    /** The usable GPUs, or why there is none. */
    public static Gpus gpus() {
        LibraryLoader.ensureLoaded();
        IntBuffer count = NativeMemory.ints(1);
        ByteBuffer reason = NativeMemory.bytes(REASON_BYTES);
        NativeStatus.check(MnistNative.mn_get_gpu_count(count, reason, reason.capacity()));
        List<GpuInfo> list = new ArrayList<>();
        for (int i = 0; i < count.get(0); i++) {
            list.add(gpu(i));
        }
        return new Gpus(list, text(reason));
    }

    private static GpuInfo gpu(int index) {
        MnGpuInfo info = new MnGpuInfo(NativeMemory.struct(MnGpuInfo.class));
        NativeStatus.check(MnistNative.mn_get_gpu_info(index, info));
        return new GpuInfo(
                index,
                info.name().getString(StandardCharsets.UTF_8),
                info.total_memory(),
                info.free_memory(),
                info.compute_major() + "." + info.compute_minor(),
                info.multiprocessors(),
                cudaVersion(info.driver_version()),
                cudaVersion(info.runtime_version()));
    }

    /** CUDA counts 1000 * major + 10 * minor. */
    private static String cudaVersion(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** Bytes that live native objects hold. */
    public static long nativeBytes() {
        LibraryLoader.ensureLoaded();
        return MnistNative.mn_native_bytes();
    }

    /** Length of the flat parameter vector of a net; 0 if the sizes are not valid. */
    public static long parameterCount(int[] sizes) {
        LibraryLoader.ensureLoaded();
        return MnistNative.mn_parameter_count(sizes, sizes.length - 1);
    }

    /** PyTorch's initial values of the net's flat parameter vector. */
    public static float[] initialParameters(int[] sizes, long seed) {
        NativePlacement anywhere = new NativePlacement(NativePlacement.CPU, 0, MnistNative.MN_FLOAT32, 1, "auto");
        NativeOptimizer stateless = NativeOptimizer.of(NativeOptimizer.SGD, Map.of());
        NativeLoss loss = new NativeLoss(null, -100, 0, MnistNative.MN_REDUCTION_MEAN);
        try (NativeTrainer trainer = NativeTrainer.create(sizes, anywhere, stateless, loss)) {
            trainer.initialize(seed);
            return trainer.read();
        }
    }

    /**
     * Cross-entropy in double precision.
     *
     * @param logits [labels.length, classes], row-major
     * @param labels each a class or ignoreIndex
     * @param classWeights [classes] or null
     * @param reduction 0 none, 1 mean, 2 sum
     * @return [labels.length] losses for reduction none, else one
     */
    public static double[] crossEntropy(
            double[] logits,
            int[] labels,
            int classes,
            float[] classWeights,
            long ignoreIndex,
            double labelSmoothing,
            int reduction) {
        LibraryLoader.ensureLoaded();
        double[] losses = new double[reduction == MnistNative.MN_REDUCTION_NONE ? labels.length : 1];
        NativeStatus.check(MnistNative.mn_cross_entropy(
                logits,
                labels,
                labels.length,
                classes,
                classWeights,
                ignoreIndex,
                labelSmoothing,
                reduction,
                (double[]) null,
                losses,
                (double[]) null));
        return losses;
    }

    /** The NUL-terminated text in a buffer. */
    static String text(ByteBuffer buffer) {
        int length = 0;
        while (length < buffer.capacity() && buffer.get(length) != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        buffer.get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
