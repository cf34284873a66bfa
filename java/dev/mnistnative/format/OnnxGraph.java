package dev.mnistnative.format;

import dev.mnistnative.ElementType;
import java.io.ByteArrayOutputStream;
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
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, ByteBuffer> constants = new HashMap<>();
    private final Set<String> inputs = new LinkedHashSet<>();
    private final Set<String> outputs = new LinkedHashSet<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** An attribute's values, of which one is set. */
    private record Attribute(float f, long i, ByteBuffer tensor) {}

    /** An operator and the names of the values it takes and makes. */
    static final class Node {
        private String operator = "";
        private String domain = "";
        private final List<String> from = new ArrayList<>();
        private final List<String> to = new ArrayList<>();
        private final Map<String, Attribute> attributes = new HashMap<>();

        /** With its domain, unless that is ONNX's. */
        String operator() {
            return domain.isEmpty() || domain.equals("ai.onnx") ? operator : domain + "." + operator;
        }

        List<String> from() {
            return from;
        }

        /** Its first output, or "". */
        String to() {
            return to.isEmpty() ? "" : to.get(0);
        }

        long whole(String name, long otherwise) {
            return attributes.containsKey(name) ? attributes.get(name).i() : otherwise;
        }

        float real(String name, float otherwise) {
            return attributes.containsKey(name) ? attributes.get(name).f() : otherwise;
        }
    }

    /** @throws IllegalArgumentException if that is no ONNX model */
    static OnnxGraph of(ByteBuffer file) {
        OnnxGraph graph = new OnnxGraph();
        ProtoField.forEach(file, field -> {
            switch (field.number()) {
                case OnnxField.MODEL_GRAPH -> graph.readGraph(field.message());
                case OnnxField.MODEL_METADATA_PROPS -> graph.readEntry(field.message());
                default -> {}
            }
        });
        return graph;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Names of the values that whoever runs the model gives: constants may have defaults there, but are none. */
    List<String> inputs() {
        return inputs.stream().filter(name -> !isConstant(name)).toList();
    }

    Set<String> outputs() {
        return outputs;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    boolean isConstant(String name) {
        return constants.containsKey(name);
    }

    private void readGraph(ByteBuffer message) {
        ProtoField.forEach(message, field -> {
            switch (field.number()) {
                case OnnxField.GRAPH_NODE -> readNode(field.message());
                case OnnxField.GRAPH_INITIALIZER ->
                    constants.put(text(field.message(), OnnxField.TENSOR_NAME), field.message());
                case OnnxField.GRAPH_INPUT -> inputs.add(text(field.message(), OnnxField.VALUE_NAME));
                case OnnxField.GRAPH_OUTPUT -> outputs.add(text(field.message(), OnnxField.VALUE_NAME));
                default -> {}
            }
        });
    }

    private void readEntry(ByteBuffer message) {
        metadata.put(text(message, OnnxField.ENTRY_KEY), text(message, OnnxField.ENTRY_VALUE));
    }

    private static String text(ByteBuffer message, int number) {
        StringBuilder text = new StringBuilder();
        ProtoField.forEach(message, field -> {
            if (field.number() == number) {
                text.setLength(0); // of several, protobuf takes the last
                text.append(field.text());
            }
        });
        return text.toString();
    }

    private void readNode(ByteBuffer message) {
        Node node = new Node();
        ProtoField.forEach(message, field -> {
            switch (field.number()) {
                case OnnxField.NODE_INPUT -> node.from.add(field.text());
                case OnnxField.NODE_OUTPUT -> node.to.add(field.text());
                case OnnxField.NODE_OP_TYPE -> node.operator = field.text();
                case OnnxField.NODE_DOMAIN -> node.domain = field.text();
                case OnnxField.NODE_ATTRIBUTE -> readAttribute(node, field.message());
                default -> {}
            }
        });
        Attribute value = node.attributes.get("value");
        if (node.operator().equals("Constant") && value != null && value.tensor() != null) {
            constants.put(node.to(), value.tensor());
        } else {
            nodes.add(node);
        }
    }

    private static void readAttribute(Node node, ByteBuffer message) {
        float[] real = {0};
        long[] whole = {0};
        ByteBuffer[] tensor = {null};
        ProtoField.forEach(message, field -> {
            switch (field.number()) {
                case OnnxField.ATTRIBUTE_F -> real[0] = field.asFloat();
                case OnnxField.ATTRIBUTE_I -> whole[0] = field.value();
                case OnnxField.ATTRIBUTE_T -> tensor[0] = field.message();
                default -> {}
            }
        });
        node.attributes.put(text(message, OnnxField.ATTRIBUTE_NAME), new Attribute(real[0], whole[0], tensor[0]));
    }

    /** @throws IllegalArgumentException if it is not there, damaged, or of no type that weights have */
    Tensor constant(String name) {
        ByteBuffer message = constants.get(name);
        if (message == null) {
            throw new IllegalArgumentException("\"" + name + "\" is computed or not there, but must be a constant");
        }
        try {
            return tensor(message);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("constant \"" + name + "\": " + e.getMessage(), e);
        }
    }

    private static Tensor tensor(ByteBuffer message) {
        List<Long> shape = new ArrayList<>();
        long[] type = {0};
        long[] location = {0};
        ByteBuffer[] raw = {null};
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        ProtoField.forEach(message, field -> {
            switch (field.number()) {
                case OnnxField.TENSOR_DIMS -> field.forEachNumber(shape::add);
                case OnnxField.TENSOR_DATA_TYPE -> type[0] = field.value();
                case OnnxField.TENSOR_DATA_LOCATION -> location[0] = field.value();
                case OnnxField.TENSOR_RAW_DATA -> raw[0] = field.message();
                case OnnxField.TENSOR_FLOAT_DATA, OnnxField.TENSOR_DOUBLE_DATA -> append(numbers, field.message());
                default -> {}
            }
        });
        if (location[0] != 0) {
            throw new IllegalArgumentException("its numbers are in another file: save the model as one file");
        }
        return new Tensor(type(type[0]), shape, raw[0] == null ? ByteBuffer.wrap(numbers.toByteArray()) : raw[0]);
    }

    private static void append(ByteArrayOutputStream numbers, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        numbers.writeBytes(copy);
    }

    private static ElementType type(long type) {
        return switch ((int) type) {
            case OnnxField.FLOAT -> ElementType.FLOAT32;
            case OnnxField.DOUBLE -> ElementType.FLOAT64;
            case OnnxField.FLOAT16 -> ElementType.FLOAT16;
            case OnnxField.BFLOAT16 -> ElementType.BFLOAT16;
            default -> throw new IllegalArgumentException("weights of type " + type + " cannot be read: save float32");
        };
    }
}
