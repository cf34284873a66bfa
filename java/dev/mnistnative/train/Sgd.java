package dev.mnistnative.train;

import dev.mnistnative.binding.NativeOptimizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * torch.optim.SGD.
 *
 * @param lr learning rate
 * @param momentum at least 0
 * @param dampening dampening of the momentum
 * @param weightDecay weight_decay: L2 penalty, added to the gradient
 * @param nesterov Nesterov momentum; needs a momentum above 0 and no dampening
 */
public record Sgd(double lr, double momentum, double dampening, double weightDecay, boolean nesterov)
        implements Optimizer {
    public Sgd {
        Require.notNegative("lr", lr);
        Require.notNegative("momentum", momentum);
        Require.finite("dampening", dampening);
        Require.notNegative("weight_decay", weightDecay);
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException("nesterov needs a momentum above 0 and no dampening, but momentum is "
                    + momentum + " and dampening is " + dampening);
        }
    }

    /** Plain gradient descent with this learning rate. */
    public Sgd(double lr) {
        this(lr, 0, 0, 0, false);
    }

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    public int code() {
        return NativeOptimizer.SGD;
    }

    @Override
    public Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("momentum", momentum);
        options.put("dampening", dampening);
        options.put("weight_decay", weightDecay);
        options.put("nesterov", nesterov);
        return options;
    }

    @Override
    public Sgd with(double newLr, Map<String, Object> changes) {
        return new Sgd(
                newLr,
                (Double) changes.getOrDefault("momentum", momentum),
                (Double) changes.getOrDefault("dampening", dampening),
                (Double) changes.getOrDefault("weight_decay", weightDecay),
                (Boolean) changes.getOrDefault("nesterov", nesterov));
    }

    @Override
    public List<String> moments() {
        return momentum == 0 ? List.of() : List.of("momentum_buffer");
    }
}
