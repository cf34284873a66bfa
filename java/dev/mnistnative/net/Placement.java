package dev.mnistnative.net;

import java.util.Objects;

/**
 * Where and how a net computes.
 *
 * @param device what computes
 * @param precision how numbers are multiplied
 * @param threads processor threads, the caller's included; 0 = all cores
 * @param isa instruction-set level of the processor, one of {@code MnistRuntime.cpu().isaLevels()}, or "auto"
 */
public record Placement(Device device, Precision precision, int threads, String isa) {
    private static final int MAX_THREADS = 1024;

    /** All cores of the processor, its best instruction-set level, float32. */
    public static final Placement CPU = new Placement(Device.cpu(), Precision.FLOAT32, 0, "auto");

    public Placement {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(precision, "precision");
        Objects.requireNonNull(isa, "isa");
        if (threads < 0 || threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "threads is " + threads + ", but must be between 0 (all cores) and " + MAX_THREADS);
        }
        if (isa.isBlank()) {
            throw new IllegalArgumentException("isa is empty: use \"auto\" for the best level");
        }
    }

    /** The same on another device. */
    public Placement on(Device other) {
        return new Placement(other, precision, threads, isa);
    }

    /** The same with numbers multiplied in another way. */
    public Placement in(Precision other) {
        return new Placement(device, other, threads, isa);
    }
}
