package dev.mnistnative.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** How samples lie in the value that was reached: a node may give them another shape, but must not mix them. */
final class OnnxSamples {
    private final OnnxFolding folding;

    /** [samples, …], −1 for an open number of samples; null where it is not told. */
    private List<Long> shape;

    /** Whether samples are columns: the value is [features, samples]. */
    private boolean columns;

    OnnxSamples(OnnxFolding folding) {
        this.folding = folding;
    }

    boolean areColumns() {
        return columns;
    }

    void begin(String input, List<Long> dimensions) {
        if (dimensions != null
                && dimensions.size() > 1
                && dimensions.subList(1, dimensions.size()).contains(-1L)) {
            shape = null;
        } else {
            shape = dimensions == null || dimensions.isEmpty() ? null : dimensions;
        }
        folding.knowShape(input, dimensions);
    }

    /** Tells the shape of the value that was reached. */
    void tellShape(String value) {
        if (shape != null && columns) {
            List<Long> turned = new ArrayList<>(shape);
            Collections.reverse(turned);
            folding.knowShape(value, turned);
        } else {
            folding.knowShape(value, shape);
        }
    }

    void reshape(OnnxNode node, String value) throws IOException {
        FileContents.require(
                node.from(0).equals(value), "the node " + node.title() + " takes a shape from the samples' numbers");
        if (node.operator().equals("Transpose")) {
            transpose(node);
            return;
        }
        FileContents.require(!columns, "the node " + node.title() + " mixes samples, which are columns");
        double[] wanted = wanted(node);
        if (wanted != null && shape != null) {
            shape = perSample(node, OnnxShapes.reshaped(shape, wanted, node.whole("allowzero", 0) != 0));
        } else if (wanted != null) {
            requireSamplesFirst(node, wanted);
        }
    }

    /** The shape that a node asks for; null where that cannot be known and need not. */
    private double[] wanted(OnnxNode node) throws IOException {
        switch (node.operator()) {
            case "Flatten":
                FileContents.require(
                        shape == null
                                ? node.whole("axis", 1) == 1
                                : OnnxShapes.axis(node.whole("axis", 1), shape.size() + 1) == 1,
                        "the node " + node.title() + " must be of axis 1");
                return shape == null ? null : new double[] {copied(shape.get(0)), -1};
            case "Reshape":
                return node.from(1).isEmpty()
                        ? doubles(node.wholes("shape"))
                        : folding.array(node.from(1)).values();
            default:
                if (shape == null) {
                    return null;
                }
                List<Long> axes = node.from(1).isEmpty()
                        ? node.wholes("axes")
                        : Arrays.stream(folding.array(node.from(1)).values())
                                .mapToObj(axis -> (long) axis)
                                .toList();
                List<Long> made = node.operator().equals("Squeeze")
                        ? OnnxShapes.squeezed(shape, axes)
                        : OnnxShapes.unsqueezed(shape, axes);
                return made.stream().mapToDouble(OnnxSamples::copied).toArray();
        }
    }

    private static double copied(long size) {
        return size == -1 ? Double.NaN : size;
    }

    private static double[] doubles(List<Long> sizes) {
        return sizes.stream().mapToDouble(Long::doubleValue).toArray();
    }

    private List<Long> perSample(OnnxNode node, List<Long> made) {
        if (shape.get(0) == 1 && (made.isEmpty() || made.get(0) != 1)) { // one sample, exported without its dimension
            List<Long> one = new ArrayList<>(List.of(1L));
            one.addAll(made);
            return one;
        }
        FileContents.require(
                !made.isEmpty() && made.get(0).equals(shape.get(0)), "the node " + node.title() + " mixes samples");
        return made;
    }

    /** Of a shape that is not told only this can be seen. */
    private static void requireSamplesFirst(OnnxNode node, double[] wanted) {
        FileContents.require(
                wanted.length > 1
                        && (wanted[0] == -1
                                || Double.isNaN(wanted[0])
                                || wanted[0] == 0
                                || Arrays.stream(wanted).skip(1).allMatch(size -> size > 0 || size == -1)),
                "the node " + node.title() + " may mix samples: the shape of its input is not told");
    }

    /** Turns samples from rows to columns or back, or moves dimensions of 1. */
    private void transpose(OnnxNode node) {
        boolean matrix = columns || shape == null || shape.size() == 2;
        if (matrix) {
            List<Integer> order = OnnxShapes.permutation(node.wholes("perm"), 2);
            columns ^= order.get(0) == 1;
            return;
        }
        List<Integer> order = OnnxShapes.permutation(node.wholes("perm"), shape.size());
        List<Integer> large = order.stream().filter(d -> shape.get(d) != 1).toList();
        FileContents.require(
                large.equals(large.stream().sorted().toList()) && (order.get(0) == 0 || shape.get(0) == 1),
                "the node " + node.title() + " changes the order of the features, which is not supported");
        shape = order.stream().map(shape::get).toList();
    }

    void requireFeatures(OnnxNode node, int fanIn) {
        if (shape != null) {
            long features = OnnxShapes.count(shape.subList(1, shape.size()));
            FileContents.require(
                    features == fanIn && (shape.size() < 2 || shape.get(shape.size() - 1) == fanIn),
                    "the node " + node.title() + " takes " + fanIn + " features, but samples are "
                            + shape.subList(1, shape.size()));
        }
    }

    /** A layer made so many features of them. */
    void become(int features, boolean asColumns) {
        columns = asColumns;
        shape = shape == null ? null : List.of(shape.get(0), (long) features);
    }

    /** Of a vector along the second dimension, the shape in which it is broadcast to samples. */
    List<Long> ofChannels(List<Long> vector) {
        List<Long> channels = new ArrayList<>(vector);
        for (int d = 2; shape != null && d < shape.size(); d++) {
            channels.add(1L);
        }
        if (columns) {
            channels.add(1L);
        }
        return channels;
    }

    /** A constant's elements as one number, or one for each feature of a sample. */
    double[] perFeature(OnnxNode node, String name, List<Long> from, float[] floats) {
        LinearLayer.requireFinite(name, floats, from);
        double[] values = new double[floats.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats[i];
        }
        if (values.length == 1) {
            return values;
        }
        String misfit = "the constant \"" + name + "\" of " + node.title() + " has shape " + from
                + ", which is not one number for each feature";
        if (columns) {
            FileContents.require(from.size() == 2 && from.get(1) == 1, misfit);
            return values;
        }
        if (shape == null) {
            FileContents.require(!from.isEmpty() && from.get(from.size() - 1) == values.length, misfit);
            return values;
        }
        List<Long> features = shape.subList(1, shape.size());
        List<Long> own =
                from.size() > features.size() ? from.subList(from.size() - features.size(), from.size()) : from;
        FileContents.require(OnnxShapes.count(own) == values.length && from.size() <= shape.size(), misfit);
        FileContents.require(OnnxShapes.broadcast(own, features).equals(features), misfit);
        int[] sources = OnnxShapes.sources(own, features);
        double[] expanded = new double[sources.length];
        for (int i = 0; i < expanded.length; i++) {
            expanded[i] = values[sources[i]];
        }
        return expanded;
    }
}
