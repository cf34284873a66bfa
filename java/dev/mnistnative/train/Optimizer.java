package dev.mnistnative.train;

/** How gradients move the weights: PyTorch's optimizers with PyTorch's meaning, formulas and defaults. */
public sealed interface Optimizer permits Adaptive, Sgd {
    /** The base learning rate, which a {@link LearningRateSchedule} varies. */
    double lr();

    /** The same optimizer with another base learning rate. */
    Optimizer withLr(double lr);

    /** {@code adam}, {@code adamw} or {@code sgd}. */
    String name();

    /** Its name and settings in words, e.g. {@code sgd: lr 0.01, momentum 0.9, …}. */
    String description();
}
