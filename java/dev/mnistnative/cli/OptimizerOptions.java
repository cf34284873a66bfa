package dev.mnistnative.cli;

import dev.mnistnative.train.Adaptive;
import dev.mnistnative.train.Optimizer;
import dev.mnistnative.train.Sgd;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The optimizer and its settings, with PyTorch's names, meaning and defaults. */
final class OptimizerOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--optimizer",
            paramLabel = "adam|adamw|sgd",
            description = "Naming another one than the preset's resets its settings to PyTorch's (SGD: lr 0.01).")
    private OptimizerKind kind;

    @Option(names = "--lr", paramLabel = "X", description = "Learning rate.")
    private Double lr;

    @Option(
            names = "--betas",
            paramLabel = "A,B",
            split = ",",
            hideParamSyntax = true,
            description = "Adam, AdamW (default: 0.9,0.999).")
    private double[] betas;

    @Option(names = "--eps", paramLabel = "X", description = "Adam, AdamW (default: 1e-8).")
    private Double eps;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "L2 penalty; decoupled with AdamW (default: 0; AdamW 0.01).")
    private Double weightDecay;

    @Option(names = "--amsgrad", description = "Adam, AdamW: the maximum of the second moments.")
    private boolean amsgrad;

    @Option(names = "--momentum", paramLabel = "X", description = "SGD (default: 0).")
    private Double momentum;

    @Option(names = "--dampening", paramLabel = "X", description = "SGD: dampening of the momentum (default: 0).")
    private Double dampening;

    @Option(names = "--nesterov", description = "SGD: Nesterov momentum.")
    private boolean nesterov;

    /** The preset's optimizer, or the one named, with the options given. */
    Optimizer over(Optimizer preset) {
        Optimizer base = kind == null || kind.defaults().name().equals(preset.name()) ? preset : kind.defaults();
        Usage.refuse(betas != null && betas.length != 2, command, "--betas needs two numbers, like 0.9,0.999");
        return Usage.checked(command, () -> withGiven(base));
    }

    private Optimizer withGiven(Optimizer base) {
        if (base instanceof Adaptive adaptive) {
            refuseSgdOptions(base);
            return adaptive.with(
                    or(lr, adaptive.lr()),
                    betas == null ? adaptive.beta1() : betas[0],
                    betas == null ? adaptive.beta2() : betas[1],
                    or(eps, adaptive.eps()),
                    or(weightDecay, adaptive.weightDecay()),
                    amsgrad || adaptive.amsgrad());
        }
        Sgd sgd = (Sgd) base;
        refuse(betas != null, "--betas", base);
        refuse(eps != null, "--eps", base);
        refuse(amsgrad, "--amsgrad", base);
        return new Sgd(
                or(lr, sgd.lr()),
                or(momentum, sgd.momentum()),
                or(dampening, sgd.dampening()),
                or(weightDecay, sgd.weightDecay()),
                nesterov || sgd.nesterov());
    }

    private void refuseSgdOptions(Optimizer optimizer) {
        refuse(momentum != null, "--momentum", optimizer);
        refuse(dampening != null, "--dampening", optimizer);
        refuse(nesterov, "--nesterov", optimizer);
    }

    private void refuse(boolean given, String option, Optimizer optimizer) {
        Usage.refuse(
                given,
                command,
                "%s has no meaning for the optimizer %s: leave it out or choose another --optimizer"
                        .formatted(option, optimizer.name()));
    }

    private static double or(Double given, double otherwise) {
        return given == null ? otherwise : given;
    }
}
