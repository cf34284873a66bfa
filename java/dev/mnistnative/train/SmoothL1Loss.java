package dev.mnistnative.train;

/**
 * torch.nn.SmoothL1Loss: half the square of the distance over beta where that is below beta, else the distance less
 * half of beta.
 *
 * @param beta finite, above 0
 */
public record SmoothL1Loss(double beta) implements Loss {
    public SmoothL1Loss {
        Require.above("beta", beta, 0);
    }

    /** With PyTorch's beta, 1. */
    public SmoothL1Loss() {
        this(DEFAULT_PARAMETER);
    }

    @Override
    public String id() {
        return beta == DEFAULT_PARAMETER ? "smooth_l1" : "smooth_l1:" + beta;
    }

    @Override
    public String description() {
        return Description.of("smooth L1", "beta", beta);
    }
}
