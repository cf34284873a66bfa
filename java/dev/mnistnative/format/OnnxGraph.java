package dev.mnistnative.format;

import dev.mnistnative.internal.ProtoField;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What an ONNX file says, as far as nets of Linear layers need it. Constants are looked into only when asked for. */
final class OnnxGraph {
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final Map<String, ByteBuffer> constants = new HashMap<>();
    private final Map<String, List<Long>> inputs = new LinkedHashMap<>();
    private final Map<String, Integer> types = new HashMap<>();
    private final Set<String> outputs = new LinkedHashSet<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private String producer = "";
    private boolean there;

    /** @throws IllegalArgumentException if that is no ONNX model */
    static OnnxGraph of(ByteBuffer file) {
        OnnxGraph graph = new OnnxGraph();
        ProtoField.forEach(file, field -> {
            switch (field.number()) {
                case OnnxField.MODEL_GRAPH -> graph.readGraph(field.message());
                case OnnxField.MODEL_PRODUCER_NAME -> graph.producer = field.text();
                case OnnxField.MODEL_METADATA_PROPS -> graph.readEntry(field.message());
                default -> {}
            }
        });
        FileContents.require(
                graph.there, "it has no graph: it is no ONNX model (a TensorFlow SavedModel begins alike)");
        return graph;
    }

    List<OnnxNode> nodes() {
        return nodes;
    }

    /**
     * Names and dimensions of the values that whoever runs the model gives; a dimension is −1 where it is open, the
     * list null where nothing is said. (Constants may stand among a graph's inputs, with defaults, but are none.)
     */
    Map<String, List<Long>> inputs() {
        Map<String, List<Long>> given = new LinkedHashMap<>(inputs);
        given.keySet().removeAll(constants.keySet());
        return given;
    }

    /** ONNX's number of an input's type; 0 if it is not told. */
    int typeOf(String input) {
        return types.getOrDefault(input, 0);
    }

    Set<String> outputs() {
        return outputs;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    String producer() {
        return producer;
    }

    /** The message of a constant, or null. */
    ByteBuffer constant(String name) {
        return constants.get(name);
    }

    private void readGraph(ByteBuffer message) {
        there = true;
        ProtoField.forEach(message, field -> {
            switch (field.number()) {
                case OnnxField.GRAPH_NODE -> readNode(field.message());
                case OnnxField.GRAPH_INITIALIZER ->
                    constants.put(text(field.message(), OnnxField.TENSOR_NAME), field.message());
                case OnnxField.GRAPH_SPARSE_INITIALIZER ->
                    throw new IllegalArgumentException("it has sparse weights: save them dense");
                case OnnxField.GRAPH_INPUT -> readInput(field.message());
                case OnnxField.GRAPH_OUTPUT -> outputs.add(text(field.message(), OnnxField.VALUE_NAME));
                default -> {}
            }
        });
    }

    private void readInput(ByteBuffer message) {
        String name = text(message, OnnxField.VALUE_NAME);
        inputs.put(name, dimensions(message));
        ByteBuffer tensor = part(part(message, OnnxField.VALUE_TYPE), OnnxField.TYPE_TENSOR);
        if (tensor != null) {
            ProtoField.forEach(tensor, field -> {
                if (field.number() == OnnxField.TENSOR_TYPE_ELEMENT) {
                    types.put(name, (int) field.value());
                }
            });
        }
    }

    private void readNode(ByteBuffer message) {
        OnnxNode node = OnnxNode.of(message);
        ByteBuffer value = node.tensor("value");
        if (node.operator().equals("Constant") && value != null) {
            constants.put(node.result(), value);
        } else {
            nodes.add(node);
        }
    }

    private void readEntry(ByteBuffer message) {
        metadata.put(text(message, OnnxField.ENTRY_KEY), text(message, OnnxField.ENTRY_VALUE));
    }

    static String text(ByteBuffer message, int number) {
        String[] text = {""};
        ProtoField.forEach(message, field -> {
            if (field.number() == number) {
                text[0] = field.text(); // of several, protobuf takes the last
            }
        });
        return text[0];
    }

    /** A value's dimensions; null if its shape is not told. */
    private static List<Long> dimensions(ByteBuffer value) {
        ByteBuffer shape =
                part(part(part(value, OnnxField.VALUE_TYPE), OnnxField.TYPE_TENSOR), OnnxField.TENSOR_TYPE_SHAPE);
        if (shape == null) {
            return null;
        }
        List<Long> dimensions = new ArrayList<>();
        ProtoField.forEach(shape, field -> {
            if (field.number() == OnnxField.SHAPE_DIM) {
                long[] size = {-1};
                ProtoField.forEach(field.message(), dimension -> {
                    if (dimension.number() == OnnxField.DIM_VALUE && dimension.value() > 0) {
                        size[0] = dimension.value();
                    }
                });
                dimensions.add(size[0]);
            }
        });
        return dimensions;
    }

    /** The last field of that number as a message; null if it, or the message, is not there. */
    private static ByteBuffer part(ByteBuffer message, int number) {
        ByteBuffer[] part = {null};
        if (message != null) {
            ProtoField.forEach(message, field -> part[0] = field.number() == number ? field.message() : part[0]);
        }
        return part[0];
    }
}
