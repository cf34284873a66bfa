package dev.mnistnative.net;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a net's outputs are. */
public enum Task {
    /** One class a sample: softmax of the logits, the largest wins. */
    CLASSES,
    /** Each output a label of its own, there or not: the sigmoid of its logit, there above 0.5. */
    MULTI_LABEL,
    /** Numbers, as they are: a regression, or an autoencoder's picture. */
    VALUES;

    /** As it stands in files: "classes", "multi_label" or "values". */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@link #id()}. */
    @Override
    public String toString() {
        return id();
    }

    /** The task of an id; empty if there is none of that name. */
    public static Optional<Task> ofId(String id) {
        return Arrays.stream(values()).filter(task -> task.id().equals(id)).findFirst();
    }
}
