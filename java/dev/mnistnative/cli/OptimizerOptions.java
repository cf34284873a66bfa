package dev.mnistnative.cli;

import dev.mnistnative.train.Optimizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The optimizer and its settings, with PyTorch's names, meaning and defaults. */
final class OptimizerOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--optimizer",
            paramLabel = OptimizerKind.NAMES,
            description = "Naming another one than the preset's resets its settings to PyTorch's (SGD: lr 0.01).")
    private OptimizerKind kind;

    @Option(names = "--lr", paramLabel = "X", description = "Learning rate.")
    private Double lr;

    @Option(
            names = "--betas",
            paramLabel = "A,B",
            split = "\\s*,\\s*",
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
        Map<String, Object> given = given();
        given.keySet()
                .forEach(name -> Usage.refuse(
                        !base.options().containsKey(name),
                        command,
                        "%s has no meaning for the optimizer %s: leave it out or choose another --optimizer",
                        option(name),
                        base.name()));
        return Usage.checked(command, () -> base.with(lr == null ? base.lr() : lr, given));
    }

    /** What was given, by the names of {@link Optimizer#options}. */
    private Map<String, Object> given() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("momentum", momentum);
        given.put("dampening", dampening);
        given.put("nesterov", nesterov ? true : null);
        given.put("beta1", betas == null ? null : betas[0]);
        given.put("beta2", betas == null ? null : betas[1]);
        given.put("eps", eps);
        given.put("weight_decay", weightDecay);
        given.put("amsgrad", amsgrad ? true : null);
        given.values().removeIf(Objects::isNull);
        return given;
    }

    private static String option(String name) {
        return name.startsWith("beta") ? "--betas" : "--" + name.replace('_', '-');
    }
}
