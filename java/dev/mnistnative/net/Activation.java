package dev.mnistnative.net;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a hidden layer makes of its sums, number by number: PyTorch's functions.
 *
 * @param kind which function
 * @param parameter the slope of {@link Kind#LEAKY_RELU} below 0, the alpha of {@link Kind#ELU}; 0 for the others
 */
public record Activation(Kind kind, double parameter) {
    /** max(0, x). */
    public static final Activation RELU = new Activation(Kind.RELU);

    /** x: layers that follow each other directly. */
    public static final Activation IDENTITY = new Activation(Kind.IDENTITY);

    /** SELU, of self-normalising nets (Klambauer et al. 2017). */
    public static final Activation SELU = new Activation(Kind.SELU);

    /** 1 / (1 + exp(−x)). */
    public static final Activation SIGMOID = new Activation(Kind.SIGMOID);

    /** The hyperbolic tangent. */
    public static final Activation TANH = new Activation(Kind.TANH);

    /** x · Φ(x), with the normal distribution's Φ exact (Hendrycks and Gimpel 2016). */
    public static final Activation GELU = new Activation(Kind.GELU);

    /** GELU by its approximation with tanh, PyTorch's {@code approximate="tanh"}. */
    public static final Activation GELU_TANH = new Activation(Kind.GELU_TANH);

    /** x · sigmoid(x), called Swish, too. */
    public static final Activation SILU = new Activation(Kind.SILU);

    /** The functions. */
    public enum Kind {
        /** max(0, x). */
        RELU("relu"),
        /** x. */
        IDENTITY("identity"),
        /** x above 0, slope · x below. */
        LEAKY_RELU("leaky_relu", "slope", 0.01),
        /** x above 0, alpha · (exp(x) − 1) below. */
        ELU("elu", "alpha", 1),
        /** ELU with a fixed alpha and scale. */
        SELU("selu"),
        /** 1 / (1 + exp(−x)). */
        SIGMOID("sigmoid"),
        /** The hyperbolic tangent. */
        TANH("tanh"),
        /** x · Φ(x). */
        GELU("gelu"),
        /** An approximation of it with tanh. */
        GELU_TANH("gelu_tanh"),
        /** x · sigmoid(x). */
        SILU("silu");

        private final String id;
        private final String parameterName;
        private final double usual;

        Kind(String id) {
            this(id, null, 0);
        }

        Kind(String id, String parameterName, double usual) {
            this.id = id;
            this.parameterName = parameterName;
            this.usual = usual;
        }

        /** Its number on the native side. */
        public int code() {
            return ordinal();
        }

        /** Its name in options and files, e.g. {@code leaky_relu}. */
        public String id() {
            return id;
        }

        /** Whether it has a parameter. */
        public boolean hasParameter() {
            return parameterName != null;
        }

        private String usage() {
            return hasParameter() ? id + "[:" + parameterName.toUpperCase(Locale.ROOT) + "]" : id;
        }
    }

    /** @throws IllegalArgumentException if the parameter is not finite as a float32, or not 0 where there is none */
    public Activation {
        if (!kind.hasParameter() && parameter != 0) {
            throw new IllegalArgumentException(
                    "activation " + kind.id + " has no parameter, but was given " + text(parameter));
        }
        if (!Float.isFinite((float) parameter)) {
            throw new IllegalArgumentException("activation " + kind.id + ": the " + kind.parameterName + " is "
                    + parameter + ", but must be finite");
        }
    }

    /** With PyTorch's default parameter. */
    public Activation(Kind kind) {
        this(kind, kind.usual);
    }

    /** LeakyReLU with a slope below 0; PyTorch's default is 0.01. */
    public static Activation leakyRelu(double slope) {
        return new Activation(Kind.LEAKY_RELU, slope);
    }

    /** ELU with an alpha; PyTorch's default is 1. */
    public static Activation elu(double alpha) {
        return new Activation(Kind.ELU, alpha);
    }

    /** One of each kind, with its default parameter. */
    public static List<Activation> all() {
        return Arrays.stream(Kind.values()).map(Activation::new).toList();
    }

    /** Its name in options and files, with the parameter if that is not the default, e.g. {@code leaky_relu:0.2}. */
    public String id() {
        return parameter == kind.usual ? kind.id : kind.id + ":" + text(parameter);
    }

    private static String text(double number) {
        String text = String.valueOf(number);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /**
     * The activation of that name, as {@link #id} prints it.
     *
     * @throws IllegalArgumentException that names those there are
     */
    public static Activation of(String id) {
        int colon = id.indexOf(':');
        String name = colon < 0 ? id : id.substring(0, colon);
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.id.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("activation \"" + id + "\" is none of " + usage()));
        if (colon < 0) {
            return new Activation(kind);
        }
        try {
            double parameter = Double.parseDouble(id.substring(colon + 1));
            if (kind.hasParameter()) {
                return new Activation(kind, parameter);
            }
        } catch (NumberFormatException e) {
            // told below, with what is accepted
        }
        throw new IllegalArgumentException("activation \"" + id + "\" is none of " + usage());
    }

    /**
     * The activations of a list with commas, one for all hidden layers or one each.
     *
     * @throws IllegalArgumentException that names those there are
     */
    public static List<Activation> listOf(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(Activation::of)
                .toList();
    }

    /** The names of those there are, as options take them. */
    public static String usage() {
        return Arrays.stream(Kind.values()).map(Kind::usage).collect(Collectors.joining(", "));
    }

    /** The {@link #id}. */
    @Override
    public String toString() {
        return id();
    }
}
