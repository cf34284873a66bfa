package dev.mnistnative.cli;

import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.train.TrainingSettings;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
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
            names = "--activation",
            paramLabel = "NAME[,NAME...]",
            split = "\\s*,\\s*",
            hideParamSyntax = true,
            completionCandidates = ActivationNames.class,
            description = "What stands behind the hidden layers, one for all or one each (default: relu): "
                    + "${COMPLETION-CANDIDATES}; with a parameter leaky_relu:SLOPE, elu:ALPHA.")
    private List<Activation> activations;

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

    /** The names of the activations. */
    private static final class ActivationNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Activation.Kind.values())
                    .map(Activation.Kind::id)
                    .iterator();
        }
    }

    boolean layersGiven() {
        return layers != null;
    }

    /** A net's sizes with the activations that are given. */
    Mlp withActivations(Mlp net) {
        if (activations == null) {
            return net;
        }
        int hidden = net.layers() - 1;
        Usage.refuse(
                activations.size() != 1 && activations.size() != hidden,
                command,
                "--activation names " + activations.size() + ", but the net " + net.sizes() + " has " + hidden
                        + " hidden layers: give one for all, or one each");
        return activations.size() == 1 ? net.withActivation(activations.get(0)) : net.withActivations(activations);
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
            return builder.layers(withActivations(builder.build().layers())).build();
        });
    }
}
