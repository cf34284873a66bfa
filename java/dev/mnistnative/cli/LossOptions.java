package dev.mnistnative.cli;

import dev.mnistnative.train.CrossEntropyLoss;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** CrossEntropyLoss's settings, with PyTorch's names and meaning; the reduction is the mean. */
final class LossOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--class-weights",
            paramLabel = "A,B,...",
            split = "\\s*,\\s*",
            hideParamSyntax = true,
            description = "A weight for each class (default: all 1).")
    private float[] classWeights;

    @Mixin
    private IgnoreIndexOption ignored;

    @Option(names = "--label-smoothing", paramLabel = "X", description = "0 to 1 (default: the preset's, else 0).")
    private Double labelSmoothing;

    boolean ignoreIndexGiven() {
        return ignored.given();
    }

    /** The preset's loss with the options given. */
    CrossEntropyLoss over(CrossEntropyLoss preset) {
        return Usage.checked(command, () -> {
            CrossEntropyLoss loss = classWeights == null ? preset : preset.withClassWeights(classWeights);
            loss = loss.withIgnoreIndex(ignored.over(loss.ignoreIndex()));
            return labelSmoothing == null ? loss : loss.withLabelSmoothing(labelSmoothing);
        });
    }
}
