package dev.mnistnative.train;

/**
 * torch.nn.HuberLoss: half the square of the distance where that is below delta, else delta times what the distance is
 * above half of delta.
 *
 * @param delta finite, above 0
 */
public record HuberLoss(double delta) implements Loss {
    public HuberLoss {
        Require.above("delta", delta, 0);
    }

    /** With PyTorch's delta, 1. */
    public HuberLoss() {
        this(DEFAULT_PARAMETER);
    }

    @Override
    public String id() {
        return delta == DEFAULT_PARAMETER ? "huber" : "huber:" + delta;
    }

    @Override
    public String description() {
        return Description.of("Huber", "delta", delta);
    }
}
