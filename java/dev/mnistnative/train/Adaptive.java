package dev.mnistnative.train;

/** What Adam and AdamW have in common. */
public sealed interface Adaptive extends Optimizer permits Adam, AdamW {
    /** Decay of the first moment, in [0, 1). */
    double beta1();

    /** Decay of the second moment, in [0, 1). */
    double beta2();

    /** Added to the denominator. */
    double eps();

    /** weight_decay. */
    double weightDecay();

    /** Whether the maximum of the second moments is used. */
    boolean amsgrad();

    /** The same optimizer with other settings. */
    Adaptive with(double lr, double beta1, double beta2, double eps, double weightDecay, boolean amsgrad);

    @Override
    default String description() {
        return Description.of(
                name(),
                "lr",
                lr(),
                "beta1",
                beta1(),
                "beta2",
                beta2(),
                "eps",
                eps(),
                "weight decay",
                weightDecay(),
                "amsgrad",
                amsgrad());
    }
}
