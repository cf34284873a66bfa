package dev.mnistnative.train;

import dev.mnistnative.binding.NativeOptimizer;

/**
 * torch.optim.Adam.
 *
 * @param lr learning rate, PyTorch's default 1e-3
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param eps added to the denominator
 * @param weightDecay weight_decay: L2 penalty, added to the gradient
 * @param amsgrad whether the maximum of the second moments is used
 */
public record Adam(double lr, double beta1, double beta2, double eps, double weightDecay, boolean amsgrad)
        implements Adaptive {
    public Adam {
        Require.adaptive(lr, beta1, beta2, eps, weightDecay);
    }

    /** PyTorch's defaults with this learning rate. */
    public Adam(double lr) {
        this(lr, 0.9, 0.999, 1e-8, 0, false);
    }

    @Override
    public String name() {
        return "adam";
    }

    @Override
    public int code() {
        return NativeOptimizer.ADAM;
    }

    @Override
    public Adam of(double lr, double beta1, double beta2, double eps, double weightDecay, boolean amsgrad) {
        return new Adam(lr, beta1, beta2, eps, weightDecay, amsgrad);
    }
}
