package dev.mnistnative.cli;

import dev.mnistnative.train.TrainingSettings;
import picocli.CommandLine.Option;

/** The net and how many samples a step takes. */
final class NetOptions {
    @Option(
            names = "--layers",
            paramLabel = "N,N,...",
            split = ",",
            hideParamSyntax = true,
            description = "Features, widths of the hidden layers, classes.")
    private int[] layers;

    @Option(names = "--batch-size", paramLabel = "N", description = "Samples a step.")
    private Integer batchSize;

    boolean layersGiven() {
        return layers != null;
    }

    /** Sets what is given. */
    void applyTo(TrainingSettings.Builder builder) {
        if (layers != null) {
            builder.layers(layers);
        }
        if (batchSize != null) {
            builder.batchSize(batchSize);
        }
    }
}
