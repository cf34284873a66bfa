package dev.mnistnative.cli;

import dev.mnistnative.net.Device;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import picocli.CommandLine.Option;

/** What computes. */
final class PlacementOptions {
    @Option(
            names = "--device",
            paramLabel = "auto|cpu|cuda[:N]",
            defaultValue = "auto",
            description = "auto: the GPU if one works, else the CPU, and one line says why (default).")
    private Device device;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all cores).")
    private Integer threads;

    @Option(
            names = "--precision",
            paramLabel = "float32|bf16|tf32",
            defaultValue = "float32",
            description = "How numbers are multiplied (default: float32).")
    private Precision precision;

    @Option(
            names = "--isa",
            paramLabel = "LEVEL",
            defaultValue = "auto",
            description = "A lower CPU level than the best, of those that 'devices' lists (default: auto).")
    private String isa;

    Placement placement() {
        return placement(0);
    }

    /** @param otherwise threads where none are given, 0 = all cores */
    Placement placement(int otherwise) {
        if (threads != null && threads < 1) {
            throw new IllegalArgumentException("--threads is " + threads + ", but must be at least 1");
        }
        return new Placement(device, precision, threads == null ? otherwise : threads, isa);
    }
}
