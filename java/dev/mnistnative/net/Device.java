package dev.mnistnative.net;

import java.util.Objects;

/**
 * What computes: the processor, a GPU, or the slow double-precision reference.
 *
 * @param kind which of them
 * @param index which GPU; 0 for the others
 */
public record Device(Kind kind, int index) {

    /** The kinds of devices. */
    public enum Kind {
        /** The first GPU if one works, else the processor. */
        AUTO,
        /** The processor. */
        CPU,
        /** An NVIDIA GPU. */
        CUDA,
        /** Plain double-precision loops: the truth that the others are tested against. */
        REFERENCE
    }

    public Device {
        Objects.requireNonNull(kind, "kind");
        if (index < 0 || (index > 0 && kind != Kind.CUDA)) {
            throw new IllegalArgumentException("device: there is no " + kind + " device with index " + index);
        }
    }

    /** The first GPU if one works, else the processor; {@code Trainer.describe()} says which and why. */
    public static Device auto() {
        return new Device(Kind.AUTO, 0);
    }

    /** The processor. */
    public static Device cpu() {
        return new Device(Kind.CPU, 0);
    }

    /** The GPU with this index; never falls back to the processor. */
    public static Device cuda(int index) {
        return new Device(Kind.CUDA, index);
    }

    /** Slow double-precision loops on one thread, for comparisons. */
    public static Device reference() {
        return new Device(Kind.REFERENCE, 0);
    }

    /** Reads {@code auto}, {@code cpu}, {@code cuda}, {@code cuda:N} or {@code reference}. */
    public static Device parse(String text) {
        return switch (text) {
            case "auto" -> auto();
            case "cpu" -> cpu();
            case "cuda" -> cuda(0);
            case "reference" -> reference();
            default -> parseIndexed(text);
        };
    }

    private static Device parseIndexed(String text) {
        if (text.matches("cuda:\\d{1,4}")) {
            return cuda(Integer.parseInt(text.substring("cuda:".length())));
        }
        throw new IllegalArgumentException("device \"" + text + "\" is none of auto, cpu, cuda, cuda:N and reference");
    }

    /** {@code auto}, {@code cpu}, {@code cuda:N} or {@code reference}. */
    @Override
    public String toString() {
        return switch (kind) {
            case AUTO -> "auto";
            case CPU -> "cpu";
            case CUDA -> "cuda:" + index;
            case REFERENCE -> "reference";
        };
    }
}
