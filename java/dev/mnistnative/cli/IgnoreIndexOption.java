package dev.mnistnative.cli;

import picocli.CommandLine.Option;

/** The label of samples that count for nothing. */
final class IgnoreIndexOption {
    @Option(
            names = "--ignore-index",
            paramLabel = "N",
            description = "Samples with this label count for nothing (default: the model's, else -100).")
    private Long label;

    boolean given() {
        return label != null;
    }

    /** The label given, or else this one. */
    long over(long base) {
        return label == null ? base : label;
    }
}
