package dev.mnistnative.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Computes what of a graph depends on no input: constants, and nodes that take only these or shapes. */
final class OnnxFolding {
    private static final int MAX_DEPTH = 500;
    private static final long FREE_ELEMENTS = 1 << 22;

    private final OnnxGraph graph;
    private final ByteSource file;
    private final Map<String, OnnxNode> makers = new HashMap<>();
    private final Map<String, OnnxArray> computed = new HashMap<>();
    private final Map<String, List<Long>> shapes = new HashMap<>();
    private final Set<String> dynamic = new HashSet<>();
    private long budget;
    private int depth;

    /** @param file that the graph is of */
    OnnxFolding(OnnxGraph graph, ByteSource file) throws IOException {
        this.graph = graph;
        this.file = file;
        budget = FREE_ELEMENTS + file.size();
        graph.nodes().forEach(node -> node.to().forEach(name -> makers.put(name, node)));
        spread();
    }

    /** Finds the values that depend on the input's numbers. */
    private void spread() {
        Map<String, List<OnnxNode>> takers = new HashMap<>();
        for (OnnxNode node : graph.nodes()) {
            if (!node.operator().equals("Shape") && !node.operator().equals("Size")) {
                node.from()
                        .forEach(name -> takers.computeIfAbsent(name, n -> new ArrayList<>())
                                .add(node));
            }
        }
        List<String> todo = new ArrayList<>(graph.inputs().keySet());
        dynamic.addAll(todo);
        while (!todo.isEmpty()) {
            for (OnnxNode node : takers.getOrDefault(todo.remove(todo.size() - 1), List.of())) {
                for (String name : node.to()) {
                    if (!name.isEmpty() && dynamic.add(name)) {
                        todo.add(name);
                    }
                }
            }
        }
    }

    /** Whether a value depends on the input's numbers. */
    boolean isDynamic(String name) {
        return dynamic.contains(name);
    }

    /** Tells the dimensions of such a value; −1 where one is open. */
    void knowShape(String name, List<Long> shape) {
        if (shape != null) {
            shapes.put(name, shape);
        }
    }

    /** A constant of floating-point numbers, in the way that takes the least memory. */
    Tensor floats(String name) throws IOException {
        try {
            ByteBuffer message = graph.constant(name);
            if (message != null) {
                Tensor tensor = new OnnxArray.Stored(message).tensor(file);
                spend(tensor.data().remaining() / tensor.type().bytes());
                if (tensor.type().isFloatingPoint()) {
                    return tensor;
                }
            }
            OnnxArray array = array(name);
            return Tensor.ofFloats(
                    array.toFloats(),
                    array.shape().stream().mapToLong(Long::longValue).toArray());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("constant \"" + name + "\": " + e.getMessage(), e);
        }
    }

    /** A constant's elements as names of classes; empty if it has none that can be. */
    List<String> labels(String name) {
        ByteBuffer message = graph.constant(name);
        if (message == null) {
            return List.of();
        }
        OnnxArray.Stored stored = new OnnxArray.Stored(message);
        if (stored.isText()) {
            return stored.texts();
        }
        try {
            OnnxArray array = stored.array(file);
            return array.isWhole()
                    ? Arrays.stream(array.values())
                            .mapToObj(value -> String.valueOf((long) value))
                            .toList()
                    : List.of();
        } catch (IllegalArgumentException | IOException e) {
            return List.of(); // names are not worth refusing a net
        }
    }

    /**
     * @throws IllegalArgumentException if the value is not there, damaged, not constant or made by an unknown operator
     */
    OnnxArray array(String name) throws IOException {
        OnnxArray known = computed.get(name);
        if (known != null) {
            return known;
        }
        FileContents.require(
                ++depth < MAX_DEPTH,
                "its constants are made of each other in more than " + MAX_DEPTH + " steps, or in a circle");
        OnnxArray array = make(name);
        depth--;
        computed.put(name, array);
        return array;
    }

    private OnnxArray make(String name) throws IOException {
        ByteBuffer message = graph.constant(name);
        if (message != null) {
            OnnxArray array = new OnnxArray.Stored(message).array(file);
            spend(array.values().length);
            return array;
        }
        OnnxNode node = makers.get(name);
        FileContents.require(node != null, "\"" + name + "\" is not there");
        FileContents.require(!isDynamic(name), "\"" + name + "\" depends on the input, but must be a constant");
        if (node.operator().equals("Shape")) {
            return shape(node);
        }
        List<OnnxArray> inputs = new ArrayList<>();
        for (String input : node.from()) {
            inputs.add(input.isEmpty() ? null : array(input));
        }
        if (node.operator().equals("ConstantOfShape") && node.tensor("value") != null) {
            inputs.add(new OnnxArray.Stored(node.tensor("value")).array(file));
        }
        return new OnnxOperator(node, inputs, this::spend).result();
    }

    private OnnxArray shape(OnnxNode node) throws IOException {
        String of = node.from(0);
        List<Long> shape = isDynamic(of) ? shapes.get(of) : array(of).shape();
        FileContents.require(
                shape != null, "the shape of \"" + of + "\", which " + node.title() + " asks for, is not told");
        double[] sizes =
                shape.stream().mapToDouble(size -> size < 0 ? Double.NaN : size).toArray();
        int rank = sizes.length;
        int start = bound(node.whole("start", 0), rank);
        int end = bound(node.whole("end", rank), rank);
        return OnnxArray.wholes(Arrays.copyOfRange(sizes, start, Math.max(start, end)));
    }

    private static int bound(long index, int rank) {
        return (int) Math.max(0, Math.min(rank, index < 0 ? index + rank : index));
    }

    /** Memory is bounded by the file's size, whatever its nodes ask for. */
    private void spend(long elements) {
        budget -= elements;
        FileContents.require(budget >= 0, "its constants become larger than its size bears out");
    }
}
