package dev.mnistnative.cli;

import dev.mnistnative.CpuInfo;
import dev.mnistnative.GpuInfo;
import dev.mnistnative.Gpus;
import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistRuntime;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows what can compute here. */
@Command(
        name = "devices",
        description = "Show what runs here: CPU levels, cores, GPUs, and why CUDA is not used if so.",
        footer = "  mnist-native devices")
final class DevicesCommand implements Callable<Integer> {
    private static final double GIBIBYTE = 1L << 30;

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        CpuInfo cpu = MnistRuntime.cpu();
        out.println("cpu levels: " + String.join(" ", cpu.isaLevels()));
        out.println("cpu level chosen: " + cpu.bestIsa());
        out.println("cpu cores: " + cpu.cores());
        out.println("cpu bf16 instructions: " + (cpu.bf16() ? "yes" : "no"));
        Gpus gpus = MnistRuntime.gpus();
        for (GpuInfo gpu : gpus.list()) {
            out.println(line(gpu));
        }
        if (gpus.list().isEmpty()) {
            out.println("cuda is not used: " + gpus.reason());
        }
        return ExitCode.DONE;
    }

    private static String line(GpuInfo gpu) {
        return String.format(
                Locale.ROOT,
                "cuda:%d: %s, %.1f GiB (%s), compute capability %s, %d multiprocessors, driver %s, runtime" + " %s",
                gpu.index(),
                gpu.name(),
                gpu.totalMemory() / GIBIBYTE,
                free(gpu),
                gpu.computeCapability(),
                gpu.multiprocessors(),
                gpu.driverVersion(),
                gpu.runtimeVersion());
    }

    /** How much of its memory is free, or why it does not say: others may still work. */
    private static String free(GpuInfo gpu) {
        try {
            return String.format(Locale.ROOT, "%.1f GiB free", MnistRuntime.freeGpuMemory(gpu.index()) / GIBIBYTE);
        } catch (MnistNativeException e) {
            return "cannot be used now: " + e.getMessage();
        }
    }
}
