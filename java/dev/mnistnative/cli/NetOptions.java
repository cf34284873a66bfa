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
            if (batchSize != null) {
                builder.batchSize(batchSize);
            }
            return builder.build();
        });
    }
}
