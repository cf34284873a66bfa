package dev.mnistnative.cli;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What computes. */
final class PlacementOptions {
    /** The GPU if one works, else all cores of the processor. */
    static final Placement ANYWHERE = Placement.CPU.on(Device.auto());

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|cuda[:N]",
            description = "auto: the GPU if one works, else the CPU, and one line says why (default).")
    private Device device;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores).")
    private Integer threads;

    @Option(
            names = "--precision",
            paramLabel = "float32|bf16|tf32|int8",
            description = "How numbers are multiplied (default: float32; where the CPU has the instructions, bf16 "
                    + "with a preset "
                    + "that is made for it). int8: of models on the CPU, not for training.")
    private Precision precision;

    @Option(
            names = "--isa",
            paramLabel = "LEVEL",
            description = "A lower CPU level than the best, of those that 'devices' lists (default: auto).")
    private String isa;

    /** The placement with what is given. */
    Placement over(Placement base) {
        return over(base, false);
    }

    /** @param prefersBf16 whether to multiply in bf16 where nothing else is said and the processor can */
    Placement over(Placement base, boolean prefersBf16) {
        boolean free = precision == null && (isa == null || isa.equals("auto")) && (device == null || mayBeCpu(device));
        Precision unsaid = prefersBf16 && free && MnistRuntime.cpu().bf16() ? Precision.BF16 : base.precision();
        Usage.refuse(threads != null && threads < 1, command, "--threads is " + threads + ", but must be at least 1");
        return Usage.checked(
                command,
                () -> new Placement(
                        device == null ? base.device() : device,
                        precision == null ? unsaid : precision,
                        threads == null ? base.threads() : threads,
                        isa == null ? base.isa() : isa));
    }

    private static boolean mayBeCpu(Device device) {
        return device.kind() == Device.Kind.CPU || device.kind() == Device.Kind.AUTO;
    }
}
