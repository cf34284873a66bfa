package dev.mnistnative.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How gradients move the weights: PyTorch's optimizers with PyTorch's meaning, formulas and defaults. */
public sealed interface Optimizer permits Adaptive, Sgd {
    /** The base learning rate, which a {@link LearningRateSchedule} varies. */
    double lr();

    /** The same optimizer with another base learning rate. */
    default Optimizer withLr(double lr) {
        return with(lr, Map.of());
    }

    /** PyTorch's name in small letters: {@code adam}, {@code adamw} or {@code sgd}. */
    String name();

    /** The native library's number for it. */
    int code();

    /** All settings but the learning rate by PyTorch's names: numbers are Double, switches Boolean. */
    Map<String, Object> options();

    /**
     * The same optimizer with another learning rate and other values for some of its {@link #options}.
     *
     * @param changes by the options' names; those that it does not name stay as they are
     * @throws IllegalArgumentException if a value is out of range
     */
    Optimizer with(double lr, Map<String, Object> changes);

    /**
     * The vectors that it keeps beside the parameters, by PyTorch's names; at most three. The native library keeps them
     * in this order.
     */
    List<String> moments();

    /** Its name and settings in words, e.g. {@code sgd: lr 0.01, momentum 0.9, …}. */
    default String description() {
        List<Object> wordsAndValues = new ArrayList<>(List.of("lr", lr()));
        options().forEach((name, value) -> wordsAndValues.addAll(List.of(name.replace('_', ' '), value)));
        return Description.of(name(), wordsAndValues.toArray());
    }
}
