package dev.mnistnative.net;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Widths of a multi-layer perceptron: {@code sizes[0]} inputs, then each layer's outputs, the last being the classes.
 * ReLU between layers, logits out.
 *
 * @param sizes at least two numbers, each at least 1; fewer than 2<sup>31</sup> parameters in all
 */
public record Mlp(List<Integer> sizes) {
    private static final int MAX_LAYERS = 1000;

    public Mlp {
        if (sizes == null || sizes.size() < 2 || sizes.size() > MAX_LAYERS + 1) {
            throw new IllegalArgumentException(
                    "layers: give 2 to " + (MAX_LAYERS + 1) + " sizes, from the features to the classes, not " + sizes);
        }
        for (Integer size : sizes) {
            if (size == null || size < 1) {
                throw new IllegalArgumentException("layers: every size must be at least 1, but they are " + sizes);
            }
        }
        sizes = List.copyOf(sizes);
        double parameters = 0;
        for (int l = 0; l + 1 < sizes.size(); l++) {
            parameters += (sizes.get(l) + 1.0) * sizes.get(l + 1);
        }
        if (parameters > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "layers: " + sizes + " has more than 2^31 - 1 parameters: use narrower layers");
        }
    }

    /** The shape with these sizes, e.g. {@code of(784, 312, 256, 10)}. */
    public static Mlp of(int... sizes) {
        return new Mlp(Arrays.stream(sizes).boxed().collect(Collectors.toList()));
    }

    /** Inputs a sample. */
    public int features() {
        return sizes.get(0);
    }

    /** Outputs a sample. */
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
    public int[] toArray() {
        return sizes.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The sizes joined by hyphens, e.g. {@code 784-312-256-10}. */
    @Override
    public String toString() {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("-"));
    }
}
