package dev.mnistnative.format;

import dev.mnistnative.internal.ProtoMessage;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Nets as ONNX models (onnx.proto). What is written is Gemm and the nodes of an activation ({@link
 * OnnxActivationNodes}) by turns, then Softmax or Sigmoid if wanted: the input {@code pixels} is float32 [N, features]
 * with any N, as the net was trained to see them (scaled, standardised); the output is {@code logits} or {@code
 * probabilities}, float32 [N, classes]. The initializers have the state dict's names.
 */
final class Onnx {
    /** What {@link #matches} wants to see. */
    static final int HEAD_BYTES = 9;

    static final String PRODUCER = "mnist-native";

    /** The lowest that have all that is written here: readers refuse what is newer than they are. */
    private static final int IR_VERSION = 7;

    private static final int OPSET = 13;
    private static final int MAX_PARAMETERS = 500_000_000; // a protobuf message ends at 2 GiB
    private static final String INPUT = "pixels";
    private static final String LOGITS = "logits";
    private static final String PROBABILITIES = "probabilities";

    private Onnx() {}

    /** Whether a file whose first bytes are these is meant for ONNX. */
    static boolean matches(byte[] head) {
        return OnnxReader.matches(head);
    }

    /**
     * A net as the bytes of a file.
     *
     * @param ending Softmax or Sigmoid, where probabilities come out instead of logits
     * @param metadata the model's {@code metadata_props}
     * @throws IllegalArgumentException if the net has more than 500 million parameters, which no ONNX file holds
     */
    static byte[] bytes(Parameters parameters, Optional<String> ending, Map<String, String> metadata) {
        requireRoom(parameters.net());
        return model(parameters, ending, metadata).toBytes();
    }

    static void requireRoom(Mlp net) {
        if (net.parameterCount() > MAX_PARAMETERS) {
            throw new IllegalArgumentException("the net " + net + " has more than " + MAX_PARAMETERS
                    + " parameters, too many for an ONNX file: use safetensors");
        }
    }

    private static ProtoMessage model(Parameters parameters, Optional<String> ending, Map<String, String> metadata) {
        ProtoMessage model = new ProtoMessage()
                .number(OnnxField.MODEL_IR_VERSION, IR_VERSION)
                .text(OnnxField.MODEL_PRODUCER_NAME, PRODUCER)
                .message(OnnxField.MODEL_GRAPH, graph(parameters, ending))
                .message(
                        OnnxField.MODEL_OPSET_IMPORT,
                        new ProtoMessage().text(OnnxField.OPSET_DOMAIN, "").number(OnnxField.OPSET_VERSION, OPSET));
        metadata.forEach((key, value) -> model.message(
                OnnxField.MODEL_METADATA_PROPS,
                new ProtoMessage().text(OnnxField.ENTRY_KEY, key).text(OnnxField.ENTRY_VALUE, value)));
        return model;
    }

    private static ProtoMessage graph(Parameters parameters, Optional<String> ending) {
        Mlp net = parameters.net();
        ProtoMessage graph = new ProtoMessage();
        OnnxActivationNodes activations = new OnnxActivationNodes(node -> graph.message(OnnxField.GRAPH_NODE, node));
        String from = INPUT;
        for (int l = 0; l < net.layers(); l++) {
            boolean last = l + 1 == net.layers();
            String sums = last ? LOGITS : "sums." + l;
            String layer = StateDict.layer(l);
            graph.message(OnnxField.GRAPH_NODE, gemm(layer, from, sums));
            if (!last) {
                from = "activations." + l;
                Activation activation = net.activations().get(l);
                activations.add(activation, activation.kind().id() + "." + l, sums, from);
            }
        }
        ending.ifPresent(operator -> graph.message( // a Softmax's axis is -1
                OnnxField.GRAPH_NODE, node(operator, operator.toLowerCase(Locale.ROOT), PROBABILITIES, LOGITS)));
        graph.text(OnnxField.GRAPH_NAME, "mlp " + net);
        Map<String, Tensor> tensors = StateDict.ofParameters(parameters);
        tensors.putAll(activations.constants());
        tensors.forEach((name, tensor) -> graph.message(OnnxField.GRAPH_INITIALIZER, initializer(name, tensor)));
        return graph.message(OnnxField.GRAPH_INPUT, value(INPUT, net.features()))
                .message(OnnxField.GRAPH_OUTPUT, value(ending.isPresent() ? PROBABILITIES : LOGITS, net.classes()));
    }

    /** from [N, fan_in] times the transpose of weight [fan_out, fan_in], plus bias. */
    private static ProtoMessage gemm(String layer, String from, String to) {
        return node("Gemm", layer, to, from, layer + ".weight", layer + ".bias")
                .message(
                        OnnxField.NODE_ATTRIBUTE,
                        new ProtoMessage()
                                .text(OnnxField.ATTRIBUTE_NAME, "transB")
                                .number(OnnxField.ATTRIBUTE_I, 1)
                                .number(OnnxField.ATTRIBUTE_TYPE, OnnxField.ATTRIBUTE_TYPE_INT));
    }

    static ProtoMessage node(String operator, String name, String to, String... from) {
        ProtoMessage node = new ProtoMessage();
        for (String input : from) {
            node.text(OnnxField.NODE_INPUT, input);
        }
        return node.text(OnnxField.NODE_OUTPUT, to)
                .text(OnnxField.NODE_NAME, name)
                .text(OnnxField.NODE_OP_TYPE, operator);
    }

    private static ProtoMessage initializer(String name, Tensor tensor) {
        ProtoMessage message = new ProtoMessage();
        tensor.shape().forEach(dimension -> message.number(OnnxField.TENSOR_DIMS, dimension));
        return message.number(OnnxField.TENSOR_DATA_TYPE, OnnxField.FLOAT)
                .text(OnnxField.TENSOR_NAME, name)
                .bytes(OnnxField.TENSOR_RAW_DATA, tensor.data());
    }

    /** A float32 [N, width]. */
    private static ProtoMessage value(String name, int width) {
        ProtoMessage shape = new ProtoMessage()
                .message(OnnxField.SHAPE_DIM, new ProtoMessage().text(OnnxField.DIM_PARAM, "N"))
                .message(OnnxField.SHAPE_DIM, new ProtoMessage().number(OnnxField.DIM_VALUE, width));
        ProtoMessage tensor = new ProtoMessage()
                .number(OnnxField.TENSOR_TYPE_ELEMENT, OnnxField.FLOAT)
                .message(OnnxField.TENSOR_TYPE_SHAPE, shape);
        return new ProtoMessage()
                .text(OnnxField.VALUE_NAME, name)
                .message(OnnxField.VALUE_TYPE, new ProtoMessage().message(OnnxField.TYPE_TENSOR, tensor));
    }
}
