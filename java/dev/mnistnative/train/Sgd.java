package dev.mnistnative.train;

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
    public Sgd withLr(double other) {
        return new Sgd(other, momentum, dampening, weightDecay, nesterov);
    }

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    public String description() {
        return Description.of(
                name(),
                "lr",
                lr,
                "momentum",
                momentum,
                "dampening",
                dampening,
                "weight decay",
                weightDecay,
                "nesterov",
                nesterov);
    }
}
