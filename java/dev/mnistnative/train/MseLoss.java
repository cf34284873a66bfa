package dev.mnistnative.train;

/** torch.nn.MSELoss: the square of each output's distance from its target. */
public record MseLoss() implements Loss {
    @Override
    public String id() {
        return "mse";
    }

    @Override
    public String description() {
        return "mean squared error";
    }
}
