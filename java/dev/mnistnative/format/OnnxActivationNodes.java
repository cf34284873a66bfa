package dev.mnistnative.format;

import dev.mnistnative.internal.ProtoMessage;
import dev.mnistnative.net.Activation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes activations as ONNX nodes: operators of their own where opset 13 has them, else the arithmetic that PyTorch
 * writes for them.
 */
final class OnnxActivationNodes {
    private final Consumer<ProtoMessage> nodes;
    private final Map<String, Float> constants = new LinkedHashMap<>();

    /** @param nodes takes the nodes, in their order */
    OnnxActivationNodes(Consumer<ProtoMessage> nodes) {
        this.nodes = nodes;
    }

    /** What an activation's nodes make of some numbers. */
    static double[] values(Activation activation, double[] points) {
        List<OnnxNode> list = new ArrayList<>();
        OnnxActivationNodes written =
                new OnnxActivationNodes(node -> list.add(OnnxNode.of(ByteBuffer.wrap(node.toBytes()))));
        written.add(activation, "", "from", "to");
        Map<String, OnnxArray> computed = new HashMap<>();
        computed.put("from", new OnnxArray(OnnxField.DOUBLE, List.of((long) points.length), points));
        written.constants.forEach(
                (name, value) -> computed.put(name, new OnnxArray(OnnxField.DOUBLE, List.of(), new double[] {value})));
        for (OnnxNode node : list) {
            List<OnnxArray> inputs = node.from().stream().map(computed::get).toList();
            computed.put(node.result(), new OnnxOperator(node, inputs, count -> {}).result());
        }
        return computed.get("to").values();
    }

    /**
     * Adds an activation from one value to another.
     *
     * @param name of its last node; those before it have it with a number
     */
    void add(Activation activation, String name, String from, String to) {
        Chain chain = new Chain(name);
        switch (activation.kind()) {
            case RELU -> chain.end("Relu", to, from);
            case IDENTITY -> chain.end("Identity", to, from);
            case LEAKY_RELU -> nodes.accept(withAlpha("LeakyRelu", activation, name, from, to));
            case ELU -> nodes.accept(withAlpha("Elu", activation, name, from, to));
            case SELU -> chain.end("Selu", to, from);
            case SIGMOID -> chain.end("Sigmoid", to, from);
            case TANH -> chain.end("Tanh", to, from);
            case GELU -> {
                String erf = chain.next("Erf", chain.next("Div", from, constant("sqrt_2", Math.sqrt(2))));
                chain.end("Mul", to, chain.next("Mul", from, chain.next("Add", erf, constant("1", 1))), half());
            }
            case GELU_TANH -> {
                String cube = chain.next("Mul", from, chain.next("Mul", from, from));
                String sum = chain.next("Add", from, chain.next("Mul", cube, constant("0.044715", 0.044715)));
                String tanh =
                        chain.next("Tanh", chain.next("Mul", sum, constant("sqrt_2_over_pi", Math.sqrt(2 / Math.PI))));
                chain.end("Mul", to, chain.next("Mul", from, chain.next("Add", tanh, constant("1", 1))), half());
            }
            case SILU -> chain.end("Mul", to, from, chain.next("Sigmoid", from));
        }
    }

    private String half() {
        return constant("0.5", 0.5);
    }

    private String constant(String name, double value) {
        constants.put(name, (float) value);
        return name;
    }

    /** The constants of all that was added, as scalars. */
    Map<String, Tensor> constants() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        constants.forEach((name, value) -> tensors.put(name, Tensor.ofFloats(new float[] {value})));
        return tensors;
    }

    private static ProtoMessage withAlpha(String operator, Activation activation, String name, String from, String to) {
        return Onnx.node(operator, name, to, from)
                .message(
                        OnnxField.NODE_ATTRIBUTE,
                        new ProtoMessage()
                                .text(OnnxField.ATTRIBUTE_NAME, "alpha")
                                .real(OnnxField.ATTRIBUTE_F, (float) activation.parameter())
                                .number(OnnxField.ATTRIBUTE_TYPE, OnnxField.ATTRIBUTE_TYPE_FLOAT));
    }

    /** Nodes one after the other. */
    private final class Chain {
        private final String name;
        private int count;

        Chain(String name) {
            this.name = name;
        }

        /** Adds a node on the way; the value that it makes. */
        String next(String operator, String... from) {
            String value = name + "." + count++;
            nodes.accept(Onnx.node(operator, value, value, from));
            return value;
        }

        void end(String operator, String to, String... from) {
            nodes.accept(Onnx.node(operator, name, to, from));
        }
    }
}
