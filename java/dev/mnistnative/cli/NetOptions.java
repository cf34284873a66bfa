package dev.mnistnative.cli;

import dev.mnistnative.train.TrainingSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The net and how many samples a step takes. */
final class NetOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--layers",
            paramLabel = "N,N,...",
            split = "\\s*,\\s*",
            hideParamSyntax = true,
            description = "Features, widths of the hidden layers, classes.")
    private int[] layers;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            description = "Share of each hidden layer's outputs that a training step drops, 0 to below 1, by the seed: "
                    + "the same bits on any device, with any threads (default: the preset's, else 0).")
    private Double dropout;

    @Option(
            names = "--input-dropout",
            paramLabel = "P",
            description = "Likewise of the inputs (default: the preset's, else 0).")
    private Double inputDropout;

    @Option(names = "--batch-size", paramLabel = "N", description = "Samples a step.")
    private Integer batchSize;

    boolean layersGiven() {
        return layers != null;
    }

    /** The settings with what is given. */
    TrainingSettings over(TrainingSettings base) {
        return Usage.checked(command, () -> {
            TrainingSettings.Builder builder = base.toBuilder();
            if (layers != null) {
                builder.layers(layers);
            }
            if (dropout != null) {
                builder.dropout(dropout);
            }
            if (inputDropout != null) {
                builder.inputDropout(inputDropout);
            }
            if (batchSize != null) {
                builder.batchSize(batchSize);
            }
            return builder.build();
        });
    }
}
