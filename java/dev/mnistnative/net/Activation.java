package dev.mnistnative.net;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a hidden layer makes of its sums, number by number. */
public enum Activation {
    /** max(0, x). */
    RELU(0, "relu");

    private final int code;
    private final String id;

    Activation(int code, String id) {
        this.code = code;
        this.id = id;
    }

    /** Its number on the native side. */
    public int code() {
        return code;
    }

    /** Its name in options and files, e.g. {@code relu}. */
    public String id() {
        return id;
    }

    /**
     * The activation of that name.
     *
     * @throws IllegalArgumentException that names those there are
     */
    public static Activation of(String id) {
        return Arrays.stream(values())
                .filter(activation -> activation.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("activation \"" + id + "\" is none of "
                        + Arrays.stream(values()).map(Activation::id).collect(Collectors.joining(", "))));
    }

    /** The {@link #id}. */
    @Override
    public String toString() {
        return id;
    }
}
