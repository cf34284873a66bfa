package dev.mnistnative.cli;

import dev.mnistnative.train.BceWithLogitsLoss;
import dev.mnistnative.train.CrossEntropyLoss;
import dev.mnistnative.train.Loss;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What training minimises, with PyTorch's names and meaning; the reduction is the mean. */
final class LossOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--loss",
            paramLabel = "LOSS",
            description = "cross_entropy (labels), or of real-valued targets bce (with logits; targets from 0 to 1), "
                    + "mse, l1, smooth_l1[:BETA] or huber[:DELTA] (default: the preset's, else cross_entropy). A "
                    + "sample's loss is the mean over its outputs.")
    private Loss loss;

    @Option(
            names = "--pos-weight",
            paramLabel = "A,B,...",
            split = "\\s*,\\s*",
            hideParamSyntax = true,
            description = "With --loss bce: what the loss of each output's positive targets is multiplied by "
                    + "(default: all 1).")
    private float[] posWeight;

    @Option(
            names = "--class-weights",
            paramLabel = "A,B,...|balanced",
            description =
                    "A weight for each class (default: all 1). balanced: by the training set, its samples divided "
                            + "by the classes and by the class's own samples.")
    private ClassWeights classWeights;

    @Mixin
    private IgnoreIndexOption ignored;

    @Option(names = "--label-smoothing", paramLabel = "X", description = "0 to 1 (default: the preset's, else 0).")
    private Double labelSmoothing;

    boolean ignoreIndexGiven() {
        return ignored.given();
    }

    /** Whether the training set says the class weights. */
    boolean balanced() {
        return classWeights != null && classWeights.areBalanced();
    }

    /** The preset's loss with the options given; another than the preset's has PyTorch's defaults. */
    Loss over(Loss preset) {
        boolean presets = loss == null
                || loss.getClass() == preset.getClass() && !loss.id().contains(":");
        Loss base = presets ? preset : loss;
        refuse(posWeight != null && !(base instanceof BceWithLogitsLoss), "--pos-weight", "bce", base);
        boolean labels = base instanceof CrossEntropyLoss;
        refuse(classWeights != null && !labels, "--class-weights", "cross_entropy", base);
        refuse(ignored.given() && !labels, "--ignore-index", "cross_entropy", base);
        refuse(labelSmoothing != null && !labels, "--label-smoothing", "cross_entropy", base);
        return Usage.checked(command, () -> {
            if (base instanceof CrossEntropyLoss entropy) {
                return over(entropy);
            }
            return base instanceof BceWithLogitsLoss logits && posWeight != null
                    ? logits.withPosWeight(posWeight)
                    : base;
        });
    }

    private Loss over(CrossEntropyLoss base) {
        boolean given = classWeights != null && !classWeights.areBalanced();
        CrossEntropyLoss entropy = given ? base.withClassWeights(classWeights.each()) : base;
        entropy = entropy.withIgnoreIndex(ignored.over(entropy.ignoreIndex()));
        return labelSmoothing == null ? entropy : entropy.withLabelSmoothing(labelSmoothing);
    }

    private void refuse(boolean wrong, String option, String goesWith, Loss base) {
        Usage.refuse(
                wrong,
                command,
                option + " goes with --loss " + goesWith + " alone, but the loss is " + base.id() + ": leave " + option
                        + " out");
    }
}
