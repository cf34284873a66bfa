package dev.mnistnative.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes nets as ONNX models (onnx.proto of ONNX 1.17): Gemm and Relu by turns, then Softmax if wanted. The input {@code
 * pixels} is float32 [N, features] with any N, as the net was trained to see them (scaled, standardised); the output is
 * {@code logits} or {@code probabilities}, float32 [N, classes]. The initializers have the state dict's names.
 */
public final class Onnx {
    private static final int IR_VERSION = 10;
    private static final int OPSET = 22;
    private static final int MAX_PARAMETERS = 500_000_000; // a protobuf message ends at 2 GiB
    private static final String INPUT = "pixels";
    private static final String LOGITS = "logits";
    private static final String PROBABILITIES = "probabilities";

    /** Field numbers and enum values of onnx.proto. */
    private static final class Field {
        static final int MODEL_IR_VERSION = 1;
        static final int MODEL_PRODUCER_NAME = 2;
        static final int MODEL_GRAPH = 7;
        static final int MODEL_OPSET_IMPORT = 8;
        static final int MODEL_METADATA_PROPS = 14;
        static final int OPSET_DOMAIN = 1;
        static final int OPSET_VERSION = 2;
        static final int ENTRY_KEY = 1;
        static final int ENTRY_VALUE = 2;
        static final int GRAPH_NODE = 1;
        static final int GRAPH_NAME = 2;
        static final int GRAPH_INITIALIZER = 5;
        static final int GRAPH_INPUT = 11;
        static final int GRAPH_OUTPUT = 12;
        static final int NODE_INPUT = 1;
        static final int NODE_OUTPUT = 2;
        static final int NODE_NAME = 3;
        static final int NODE_OP_TYPE = 4;
        static final int NODE_ATTRIBUTE = 5;
        static final int ATTRIBUTE_NAME = 1;
        static final int ATTRIBUTE_I = 3;
        static final int ATTRIBUTE_TYPE = 20;
        static final int ATTRIBUTE_TYPE_INT = 2;
        static final int TENSOR_DIMS = 1;
        static final int TENSOR_DATA_TYPE = 2;
        static final int TENSOR_NAME = 8;
        static final int TENSOR_RAW_DATA = 9;
        static final int FLOAT = 1;
        static final int VALUE_NAME = 1;
        static final int VALUE_TYPE = 2;
        static final int TYPE_TENSOR = 1;
        static final int TENSOR_TYPE_ELEMENT = 1;
        static final int TENSOR_TYPE_SHAPE = 2;
        static final int SHAPE_DIM = 1;
        static final int DIM_VALUE = 1;
        static final int DIM_PARAM = 2;

        private Field() {}
    }

    private Onnx() {}

    /**
     * Writes a net, whole or not at all.
     *
     * @param softmax whether probabilities come out instead of logits
     * @param metadata the model's {@code metadata_props}
     * @throws IllegalArgumentException if the net has more than 500 million parameters, which no ONNX file holds
     */
    public static void write(Path path, Parameters parameters, boolean softmax, Map<String, String> metadata)
            throws IOException {
        if (parameters.shape().parameterCount() > MAX_PARAMETERS) {
            throw new IllegalArgumentException("the net " + parameters.shape() + " has more than " + MAX_PARAMETERS
                    + " parameters, too many for an ONNX file: use safetensors");
        }
        byte[] bytes = model(parameters, softmax, metadata).toBytes();
        WholeFile.write(path, out -> WholeFile.writeAll(out, ByteBuffer.wrap(bytes)));
    }

    private static ProtoMessage model(Parameters parameters, boolean softmax, Map<String, String> metadata) {
        ProtoMessage model = new ProtoMessage()
                .number(Field.MODEL_IR_VERSION, IR_VERSION)
                .text(Field.MODEL_PRODUCER_NAME, "mnist-native")
                .message(Field.MODEL_GRAPH, graph(parameters, softmax))
                .message(
                        Field.MODEL_OPSET_IMPORT,
                        new ProtoMessage().text(Field.OPSET_DOMAIN, "").number(Field.OPSET_VERSION, OPSET));
        metadata.forEach((key, value) -> model.message(
                Field.MODEL_METADATA_PROPS,
                new ProtoMessage().text(Field.ENTRY_KEY, key).text(Field.ENTRY_VALUE, value)));
        return model;
    }

    private static ProtoMessage graph(Parameters parameters, boolean softmax) {
        MlpShape shape = parameters.shape();
        ProtoMessage graph = new ProtoMessage();
        String from = INPUT;
        for (int l = 0; l < shape.layers(); l++) {
            boolean last = l + 1 == shape.layers();
            String sums = last ? LOGITS : "sums." + l;
            String layer = StateDict.layer(l);
            graph.message(Field.GRAPH_NODE, gemm(layer, from, sums));
            if (!last) {
                from = "activations." + l;
                graph.message(Field.GRAPH_NODE, node("Relu", "relu." + l, from, sums));
            }
        }
        if (softmax) {
            graph.message(Field.GRAPH_NODE, node("Softmax", "softmax", PROBABILITIES, LOGITS)); // axis -1
        }
        graph.text(Field.GRAPH_NAME, "mlp " + shape);
        StateDict.ofParameters(parameters)
                .forEach((name, tensor) -> graph.message(Field.GRAPH_INITIALIZER, initializer(name, tensor)));
        return graph.message(Field.GRAPH_INPUT, value(INPUT, shape.features()))
                .message(Field.GRAPH_OUTPUT, value(softmax ? PROBABILITIES : LOGITS, shape.classes()));
    }

    /** from [N, fan_in] times the transpose of weight [fan_out, fan_in], plus bias. */
    private static ProtoMessage gemm(String layer, String from, String to) {
        return node("Gemm", layer, to, from, layer + ".weight", layer + ".bias")
                .message(
                        Field.NODE_ATTRIBUTE,
                        new ProtoMessage()
                                .text(Field.ATTRIBUTE_NAME, "transB")
                                .number(Field.ATTRIBUTE_I, 1)
                                .number(Field.ATTRIBUTE_TYPE, Field.ATTRIBUTE_TYPE_INT));
    }

    private static ProtoMessage node(String operator, String name, String to, String... from) {
        ProtoMessage node = new ProtoMessage();
        for (String input : from) {
            node.text(Field.NODE_INPUT, input);
        }
        return node.text(Field.NODE_OUTPUT, to).text(Field.NODE_NAME, name).text(Field.NODE_OP_TYPE, operator);
    }

    private static ProtoMessage initializer(String name, Tensor tensor) {
        ProtoMessage message = new ProtoMessage();
        tensor.shape().forEach(dimension -> message.number(Field.TENSOR_DIMS, dimension));
        return message.number(Field.TENSOR_DATA_TYPE, Field.FLOAT)
                .text(Field.TENSOR_NAME, name)
                .bytes(Field.TENSOR_RAW_DATA, tensor.data());
    }

    /** A float32 [N, width]. */
    private static ProtoMessage value(String name, int width) {
        ProtoMessage shape = new ProtoMessage()
                .message(Field.SHAPE_DIM, new ProtoMessage().text(Field.DIM_PARAM, "N"))
                .message(Field.SHAPE_DIM, new ProtoMessage().number(Field.DIM_VALUE, width));
        ProtoMessage tensor = new ProtoMessage()
                .number(Field.TENSOR_TYPE_ELEMENT, Field.FLOAT)
                .message(Field.TENSOR_TYPE_SHAPE, shape);
        return new ProtoMessage()
                .text(Field.VALUE_NAME, name)
                .message(Field.VALUE_TYPE, new ProtoMessage().message(Field.TYPE_TENSOR, tensor));
    }
}
