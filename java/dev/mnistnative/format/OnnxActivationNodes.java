package dev.mnistnative.format;

import dev.mnistnative.net.Activation;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes activations as ONNX nodes: operators of their own where opset 13 has them, else the arithmetic that PyTorch
 * writes for them.
 */
final class OnnxActivationNodes {
    private final ProtoMessage graph;
    private final Map<String, Float> constants = new LinkedHashMap<>();

    /** @param graph that gets the nodes */
    OnnxActivationNodes(ProtoMessage graph) {
        this.graph = graph;
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
            case LEAKY_RELU -> graph.message(OnnxField.GRAPH_NODE, withAlpha("LeakyRelu", activation, name, from, to));
            case ELU -> graph.message(OnnxField.GRAPH_NODE, withAlpha("Elu", activation, name, from, to));
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
            graph.message(OnnxField.GRAPH_NODE, Onnx.node(operator, value, value, from));
            return value;
        }

        void end(String operator, String to, String... from) {
            graph.message(OnnxField.GRAPH_NODE, Onnx.node(operator, name, to, from));
        }
    }
}
