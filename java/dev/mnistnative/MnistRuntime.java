package dev.mnistnative;

import dev.mnistnative.binding.NativeLibrary;
import dev.mnistnative.internal.Version;

/**
 * The native library and the machine it runs on. Every method but {@link #version} loads the library if that has not
 * happened yet, and throws {@link MnistNativeException} with status {@code LOAD} if it cannot be. Safe from any thread.
 */
public final class MnistRuntime {
    private MnistRuntime() {}

    /** Version of this library, "major.minor.patch"; of its native part too, or that would not load. */
    public static String version() {
        return Version.CURRENT;
    }

    /** What the processor offers. */
    public static CpuInfo cpu() {
        return NativeLibrary.cpu();
    }

    /** The usable GPUs, or the reason why there is none. Takes no memory on any of them. */
    public static Gpus gpus() {
        return NativeLibrary.gpus();
    }

    /**
     * Bytes of memory that a GPU has free now. Asking takes a little of it for a moment.
     *
     * @param gpu its {@link GpuInfo#index}
     * @throws IllegalArgumentException if there is no such GPU
     * @throws MnistNativeException if it cannot be asked: its memory is full, or another process has it for itself
     */
    public static long freeGpuMemory(int gpu) {
        return NativeLibrary.freeGpuMemory(gpu);
    }

    /** Bytes of host and device memory that live trainers and models hold on the native side. */
    public static long nativeBytes() {
        return NativeLibrary.nativeBytes();
    }

    /** One paragraph for a log or a bug report: versions, processor, GPUs and why not a better one. */
    public static String describe() {
        CpuInfo cpu = cpu();
        StringBuilder text = new StringBuilder("mnist-native ")
                .append(version())
                .append(", Java ")
                .append(Runtime.version())
                .append(", ")
                .append(System.getProperty("os.name"))
                .append(' ')
                .append(System.getProperty("os.arch"))
                .append("; CPU: ")
                .append(cpu.bestIsa())
                .append(" (of ")
                .append(String.join(", ", cpu.isaLevels()))
                .append("), ")
                .append(cpu.cores())
                .append(cpu.cores() == 1 ? " core" : " cores")
                .append(cpu.bf16() ? ", bf16 instructions" : ", no bf16 instructions");
        Gpus gpus = gpus();
        if (gpus.list().isEmpty()) {
            text.append("; no GPU: ").append(gpus.reason());
        }
        for (GpuInfo gpu : gpus.list()) {
            text.append("; GPU ")
                    .append(gpu.index())
                    .append(": ")
                    .append(gpu.name())
                    .append(", compute ")
                    .append(gpu.computeCapability())
                    .append(", ")
                    .append(gpu.totalMemory() >> 20)
                    .append(" MiB, driver ")
                    .append(gpu.driverVersion())
                    .append(", runtime ")
                    .append(gpu.runtimeVersion());
        }
        return text.toString();
    }
}
