package dev.mnistnative.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a multi-layer perceptron is, apart from its numbers: {@code sizes[0]} inputs, then each layer's outputs, the
 * last being the classes. Each hidden layer is followed by its activation; logits come out of the last.
 *
 * @param sizes at least two numbers, each at least 1; fewer than 2<sup>31</sup> parameters in all
 * @param activations one for each hidden layer, the first layer's first
 * @param hiddenDropout share of each hidden layer's outputs that a training step drops, in [0, 1); what it keeps is
 *     divided by 1 - the share. Evaluation and models drop nothing
 * @param inputDropout likewise of the inputs
 */
public record Mlp(List<Integer> sizes, List<Activation> activations, double hiddenDropout, double inputDropout) {
    private static final int MAX_LAYERS = 1000;

    /** @throws IllegalArgumentException if something of that does not hold */
    public Mlp {
        sizes = checked(sizes);
        activations = List.copyOf(activations);
        int hidden = sizes.size() - 2;
        if (activations.size() != hidden) {
            throw new IllegalArgumentException("activations: there are " + activations.size() + ", but layers " + sizes
                    + " have " + hidden + " hidden ones: give one for each");
        }
        requireShare("dropout", hiddenDropout);
        requireShare("input dropout", inputDropout);
    }

    private static List<Integer> checked(List<Integer> sizes) {
        if (sizes.size() < 2 || sizes.size() > MAX_LAYERS + 1) {
            throw new IllegalArgumentException(
                    "layers: give 2 to " + (MAX_LAYERS + 1) + " sizes, from the features to the classes, not " + sizes);
        }
        double parameters = 0;
        for (int l = 0; l < sizes.size(); l++) {
            if (sizes.get(l) < 1) {
                throw new IllegalArgumentException("layers: every size must be at least 1, but they are " + sizes);
            }
            parameters += l == 0 ? 0 : (sizes.get(l - 1) + 1.0) * sizes.get(l);
        }
        if (parameters > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "layers: " + sizes + " has more than 2^31 - 1 parameters: use narrower layers");
        }
        return List.copyOf(sizes);
    }

    private static void requireShare(String which, double share) {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException(
                    which + " must be at least 0 and below 1, the share that is dropped, but it is " + share);
        }
    }

    /** A net of these sizes with ReLU between its layers. */
    public Mlp(List<Integer> sizes) {
        this(sizes, Collections.nCopies(Math.max(0, sizes.size() - 2), Activation.RELU), 0, 0);
    }

    /** A net of these sizes, e.g. {@code of(784, 312, 256, 10)}, with ReLU between its layers. */
    public static Mlp of(int... sizes) {
        return new Mlp(Arrays.stream(sizes).boxed().toList());
    }

    /** The same with this activation after every hidden layer. */
    public Mlp withActivation(Activation activation) {
        return withActivations(Collections.nCopies(layers() - 1, activation));
    }

    /** The same with these activations, one for each hidden layer. */
    public Mlp withActivations(List<Activation> each) {
        return new Mlp(sizes, each, hiddenDropout, inputDropout);
    }

    /**
     * The same with the activations of such a text, e.g. {@code tanh} for all hidden layers or {@code gelu,tanh}, one
     * each.
     *
     * @throws IllegalArgumentException if a name is not known, or they are not as many as the hidden layers
     */
    public Mlp withActivations(String text) {
        List<Activation> each = Activation.listOf(text);
        return each.size() == 1 ? withActivation(each.get(0)) : withActivations(each);
    }

    /** The same with such a dropout: shares in [0, 1) of each hidden layer's outputs and of the inputs. */
    public Mlp withDropout(double hidden, double input) {
        return new Mlp(sizes, activations, hidden, input);
    }

    /** What computes, without what only training does. */
    public Mlp withoutDropout() {
        return drops() ? withDropout(0, 0) : this;
    }

    /** Whether a training step drops anything. */
    public boolean drops() {
        return hiddenDropout > 0 || inputDropout > 0;
    }

    /** The dropout in words, e.g. {@code 0.5 of hidden outputs, 0.2 of the input}; empty where there is none. */
    public String dropoutDescription() {
        List<String> parts = new ArrayList<>();
        if (hiddenDropout > 0) {
            parts.add(hiddenDropout + " of hidden outputs");
        }
        if (inputDropout > 0) {
            parts.add(inputDropout + " of the input");
        }
        return String.join(", ", parts);
    }

    /** Inputs per sample. */
    public int features() {
        return sizes.get(0);
    }

    /** Outputs per sample. */
    public int classes() {
        return sizes.get(sizes.size() - 1);
    }

    /** Linear layers. */
    public int layers() {
        return sizes.size() - 1;
    }

    /** Inputs of a layer; the first layer is 0. */
    public int fanIn(int layer) {
        return sizes.get(layer);
    }

    /** Outputs of a layer; the first layer is 0. */
    public int fanOut(int layer) {
        return sizes.get(layer + 1);
    }

    /** Length of the flat vector: for each layer the weight [fan_out, fan_in], row-major, then the bias [fan_out]. */
    public int parameterCount() {
        return weightOffset(layers());
    }

    /** Where a layer's weight begins in the flat vector; for {@code layers()} its length. */
    public int weightOffset(int layer) {
        int offset = 0;
        for (int l = 0; l < layer; l++) {
            offset += (fanIn(l) + 1) * fanOut(l);
        }
        return offset;
    }

    /** Where a layer's bias begins in the flat vector. */
    public int biasOffset(int layer) {
        return weightOffset(layer) + fanIn(layer) * fanOut(layer);
    }

    /** The sizes as an array of their own. */
    public int[] sizesArray() {
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The activations as {@link #withActivations(String)} takes them: one if all are the same; "" without any. */
    public String activationsText() {
        boolean same = Set.copyOf(activations).size() == 1;
        return activations.stream()
                .limit(same ? 1 : activations.size())
                .map(Activation::id)
                .collect(Collectors.joining(","));
    }

    /** The sizes joined by hyphens, and the activations if they are not ReLU: {@code 784-312-10 with tanh}. */
    @Override
    public String toString() {
        String text = sizes.stream().map(String::valueOf).collect(Collectors.joining("-"));
        boolean usual = activations.stream().allMatch(Activation.RELU::equals);
        return usual ? text : text + " with " + activationsText();
    }
}
