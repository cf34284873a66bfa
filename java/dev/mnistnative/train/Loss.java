package dev.mnistnative.train;

import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Task;
import java.util.List;
import java.util.Locale;

/**
 * What training minimises, with PyTorch's meaning. {@link CrossEntropyLoss} takes labels, one class a sample; all other
 * losses take targets, one number an output, and a sample's loss is then the mean over its outputs. Samples may have
 * weights under each: the mean divides by their sum.
 */
public sealed interface Loss permits CrossEntropyLoss, BceWithLogitsLoss, MseLoss, L1Loss, SmoothL1Loss, HuberLoss {
    /** PyTorch's default for smooth L1's beta and Huber's delta. */
    double DEFAULT_PARAMETER = 1;

    /** What users call the losses: {@code cross_entropy}, {@code bce} and so on. */
    List<String> IDS = List.of("cross_entropy", "bce", "mse", "l1", "smooth_l1", "huber");

    /**
     * The loss that {@link #id} prints, with PyTorch's defaults for all else.
     *
     * @param id one of {@link #IDS}, where {@code smooth_l1} and {@code huber} may have their parameter behind a colon:
     *     {@code huber:0.7}
     * @throws IllegalArgumentException if there is no such loss, or the parameter is not above 0
     */
    static Loss of(String id) {
        int colon = id.indexOf(':');
        String name = (colon < 0 ? id : id.substring(0, colon)).toLowerCase(Locale.ROOT);
        String parameter = colon < 0 ? null : id.substring(colon + 1);
        if (parameter != null && !name.equals("smooth_l1") && !name.equals("huber")) {
            throw new IllegalArgumentException("the loss " + name + " has no parameter, but \"" + id
                    + "\" gives it one: leave \":" + parameter + "\" out");
        }
        double value = parameter == null ? DEFAULT_PARAMETER : number(id, parameter);
        return switch (name) {
            case "cross_entropy" -> CrossEntropyLoss.DEFAULT;
            case "bce" -> BceWithLogitsLoss.DEFAULT;
            case "mse" -> new MseLoss();
            case "l1" -> new L1Loss();
            case "smooth_l1" -> new SmoothL1Loss(value);
            case "huber" -> new HuberLoss(value);
            default ->
                throw new IllegalArgumentException(
                        "there is no loss \"" + id + "\": choose one of " + String.join(", ", IDS));
        };
    }

    private static double number(String id, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the loss \"" + id + "\" has no number behind its colon: write it like huber:0.7", e);
        }
    }

    /** What {@link #of} takes: its name, and its parameter if that is not the default. */
    String id();

    /** Its settings in words, e.g. {@code huber: delta 0.7}. */
    String description();

    /** What the outputs of a net are that is trained with it. */
    default Task task() {
        return Task.VALUES;
    }

    /** Whether it compares outputs with targets, and not with labels. */
    default boolean takesTargets() {
        return task() != Task.CLASSES;
    }

    /** Whether, without sample weights, what it minimises is the plain mean loss of the data that reports print. */
    default boolean isPlain() {
        return true;
    }

    /** How the samples' losses become one. */
    default Reduction reduction() {
        return Reduction.MEAN;
    }

    /** The label of samples that count for nothing; of no meaning where it takes targets. */
    default long ignoreIndex() {
        return CrossEntropyLoss.DEFAULT_IGNORE_INDEX;
    }

    /** @throws IllegalArgumentException if it has weights, but not as many as the net has outputs */
    default void requireFit(Mlp net) {}
}
