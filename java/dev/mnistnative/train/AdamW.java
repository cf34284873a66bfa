package dev.mnistnative.train;

import dev.mnistnative.binding.NativeOptimizer;

/**
 * torch.optim.AdamW: Adam with decoupled weight decay.
 *
 * @param lr learning rate, PyTorch's default 1e-3
 * @param beta1 decay of the first moment, in [0, 1)
 * @param beta2 decay of the second moment, in [0, 1)
 * @param eps added to the denominator
 * @param weightDecay weight_decay, PyTorch's default 1e-2: weights shrink by lr * weight_decay a step
 * @param amsgrad whether the maximum of the second moments is used
 */
public record AdamW(double lr, double beta1, double beta2, double eps, double weightDecay, boolean amsgrad)
        implements Adaptive {
    public AdamW {
        Require.adaptive(lr, beta1, beta2, eps, weightDecay);
    }

    /** PyTorch's defaults with this learning rate. */
    public AdamW(double lr) {
        this(lr, 0.9, 0.999, 1e-8, 1e-2, false);
    }

    @Override
    public String name() {
        return "adamw";
    }

    @Override
    public int code() {
        return NativeOptimizer.ADAMW;
    }

    @Override
    public AdamW of(double lr, double beta1, double beta2, double eps, double weightDecay, boolean amsgrad) {
        return new AdamW(lr, beta1, beta2, eps, weightDecay, amsgrad);
    }
}
