package dev.mnistnative.train;

/** torch.nn.L1Loss: each output's distance from its target. */
public record L1Loss() implements Loss {
    @Override
    public String id() {
        return "l1";
    }

    @Override
    public String description() {
        return "mean absolute error";
    }
}
