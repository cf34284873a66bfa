package dev.mnistnative.binding;

import dev.mnistnative.CpuInfo;
import dev.mnistnative.GpuInfo;
import dev.mnistnative.Gpus;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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
                levels, info.isa_best().getString(StandardCharsets.US_ASCII), cores(info), info.has_bf16() != 0);
    }

    /** No more than the JVM allows: {@code -XX:ActiveProcessorCount} is a limit that its user has set. */
    private static int cores(MnCpuInfo info) {
        return Math.min(info.cores(), Runtime.getRuntime().availableProcessors());
    }

    /** Bytes of memory that this process may still take; {@link Long#MAX_VALUE} where the system does not say. */
    public static long availableMemory() {
        LibraryLoader.ensureLoaded();
        return MnistNative.mn_available_memory();
    }

    /** The usable GPUs, or why there is none. Takes no memory on any of them. */
    public static Gpus gpus() {
        GpuCount found = count();
        List<GpuInfo> list = new ArrayList<>();
        for (int i = 0; i < found.count(); i++) {
            list.add(gpu(i));
        }
        return new Gpus(list, found.reason());
    }

    /** Why there is no usable GPU; "" if there is one. Touches none of them. */
    public static String gpuRefusal() {
        return count().reason();
    }

    private record GpuCount(int count, String reason) {}

    private static GpuCount count() {
        LibraryLoader.ensureLoaded();
        IntBuffer count = NativeMemory.ints(1);
        ByteBuffer reason = NativeMemory.bytes(REASON_BYTES);
        NativeStatus.check(MnistNative.mn_get_gpu_count(count, reason, reason.capacity()));
        return new GpuCount(count.get(0), text(reason));
    }

    /**
     * Bytes of memory that a GPU has free. Asking takes a little of it for a moment.
     *
     * @throws dev.mnistnative.MnistNativeException if that fails: its memory is full, or another process has it for
     *     itself
     */
    public static long freeGpuMemory(int index) {
        LibraryLoader.ensureLoaded();
        long[] bytes = new long[1];
        NativeStatus.check(MnistNative.mn_get_gpu_free_memory(index, bytes));
        return bytes[0];
    }

    private static GpuInfo gpu(int index) {
        MnGpuInfo info = new MnGpuInfo(NativeMemory.struct(MnGpuInfo.class));
        NativeStatus.check(MnistNative.mn_get_gpu_info(index, info));
        return new GpuInfo(
                index,
                info.name().getString(StandardCharsets.UTF_8),
                info.total_memory(),
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

    /** Length of the flat parameter vector of a net; 0 if the net is not valid. */
    public static long parameterCount(NativeNet net) {
        NetMemory memory = new NetMemory(net);
        try {
            return MnistNative.mn_parameter_count(memory.struct());
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** PyTorch's initial values of the net's flat parameter vector. */
    public static float[] initialParameters(NativeNet net, long seed) {
        NetMemory memory = new NetMemory(net);
        try {
            float[] values = new float[Math.toIntExact(MnistNative.mn_parameter_count(memory.struct()))];
            NativeStatus.check(MnistNative.mn_initial_parameters(memory.struct(), seed, values, values.length));
            return values;
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /**
     * Cross-entropy in double precision.
     *
     * @param logits [labels.length, classes], row-major
     * @param labels each a class or the loss's ignoreIndex
     * @return [labels.length] losses for reduction none, else one
     */
    public static double[] crossEntropy(double[] logits, int[] labels, int classes, NativeLoss loss) {
        LossMemory memory = new LossMemory(loss);
        double[] losses = new double[loss.reduction() == NativeLoss.NONE ? labels.length : 1];
        try {
            NativeStatus.check(MnistNative.mn_cross_entropy(
                    logits, labels, labels.length, classes, memory.struct(), (double[]) null, losses, (double[]) null));
            return losses;
        } finally {
            Reference.reachabilityFence(memory);
        }
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
