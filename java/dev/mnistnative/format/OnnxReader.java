package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Follows an ONNX graph from its input to its output and takes the layers on the way. */
final class OnnxReader {
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

    private final OnnxGraph graph;
    private final Map<String, List<OnnxGraph.Node>> takers = new HashMap<>();
    private final List<Layer> layers = new ArrayList<>();
    private final List<Activation> activations = new ArrayList<>();
    private After after = After.START;

    /** What stands before the present place. */
    private enum After {
        START,
        PRODUCT,
        LINEAR,
        ACTIVATION,
        SOFTMAX
    }

    /** Weight [fan_out, fan_in] and bias [fan_out]. */
    private record Layer(Tensor weight, Tensor bias) {}

    private OnnxReader(OnnxGraph graph) {
        this.graph = graph;
        for (OnnxGraph.Node node : graph.nodes()) {
            node.from().stream()
                    .filter(name -> !graph.isConstant(name))
                    .distinct()
                    .forEach(name ->
                            takers.computeIfAbsent(name, n -> new ArrayList<>()).add(node));
        }
    }

    /**
     * A model's first field is a small version number, the next a text, a number or a message; a safetensors file
     * whose header has such a length has zeros there and a brace at its ninth byte.
     */
    static boolean matches(byte[] head) {
        if (head.length < Onnx.HEAD_BYTES || head[0] != 8 || head[1] <= 0) {
            return false;
        }
        boolean safetensors = head[8] == '{' && head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] == 0;
        return head[2] >= 0x10 && (head[2] & 7) % 2 == 0 && (head[2] & 7) <= 2 && !safetensors;
    }

    static SavedModel read(Path path) throws IOException {
        if (Files.size(path) > MAX_BYTES) {
            throw new DataFormatException(path + ": an ONNX file has at most 2 GiB; give the model as safetensors");
        }
        return read(path.toString(), ByteBuffer.wrap(Files.readAllBytes(path)));
    }

    /** @param name what the bytes are called in messages */
    static SavedModel read(String name, ByteBuffer bytes) throws DataFormatException {
        try {
            OnnxGraph graph = OnnxGraph.of(bytes);
            return new SavedModel(new OnnxReader(graph).parameters(), MetadataCodec.decode(graph.metadata()));
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(
                    name + ": " + e.getMessage() + "; of ONNX only nets of Gemm, or MatMul and Add, with "
                            + Onnx.operators() + " between them can be read",
                    e);
        }
    }

    private Parameters parameters() {
        FileContents.require(
                graph.inputs().size() == 1, "it has " + graph.inputs().size() + " inputs, but must have one");
        String value = graph.inputs().get(0);
        for (int steps = 0; takers.containsKey(value); steps++) {
            List<OnnxGraph.Node> next = takers.get(value);
            FileContents.require(
                    next.size() == 1, "\"" + value + "\" goes to " + next.size() + " nodes, but must go to one");
            FileContents.require(steps <= graph.nodes().size(), "its nodes form a circle");
            follow(next.get(0), value);
            value = next.get(0).to();
        }
        FileContents.require(
                graph.outputs().contains(value), "\"" + value + "\" leads nowhere, but must be the output");
        FileContents.require(
                !layers.isEmpty() && after != After.ACTIVATION,
                "it must end with the logits of a layer or their Softmax");
        return toParameters();
    }

    private void follow(OnnxGraph.Node node, String value) {
        switch (node.operator()) {
            case "Identity", "Dropout" -> {}
            case "Flatten" ->
                FileContents.require(
                        after == After.START && node.whole("axis", 1) == 1, "a Flatten can only come first, of axis 1");
            case "Gemm" -> gemm(node, value);
            case "MatMul" -> matMul(node, value);
            case "Add" -> add(node, value);
            case "Softmax", "LogSoftmax" -> {
                long axis = node.whole("axis", -1);
                FileContents.require(
                        isLinear() && (axis == -1 || axis == 1), "a Softmax can only come last, over the classes");
                after = After.SOFTMAX;
            }
            default -> activation(node);
        }
    }

    private void activation(OnnxGraph.Node node) {
        Activation activation = Arrays.stream(Activation.values())
                .filter(each -> Onnx.operator(each).equals(node.operator()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("it has a node " + node.operator()));
        FileContents.require(isLinear(), "a " + node.operator() + " must follow a layer");
        activations.add(activation);
        after = After.ACTIVATION;
    }

    private boolean isLinear() {
        return after == After.LINEAR || after == After.PRODUCT;
    }

    private void gemm(OnnxGraph.Node node, String value) {
        int count = node.from().size();
        FileContents.require(count == 2 || count == 3, "a Gemm has " + count + " inputs");
        FileContents.require(
                node.real("alpha", 1) == 1 && node.real("beta", 1) == 1 && node.whole("transA", 0) == 0,
                "a Gemm's alpha and beta must be 1 and its transA 0");
        Tensor weight = weight(node, value, node.whole("transB", 0) != 0);
        String bias = count == 3 ? node.from().get(2) : "";
        layers.add(new Layer(weight, bias.isEmpty() ? noBias(weight) : bias(bias, weight)));
        after = After.LINEAR;
    }

    private void matMul(OnnxGraph.Node node, String value) {
        FileContents.require(
                node.from().size() == 2, "a MatMul has " + node.from().size() + " inputs");
        Tensor weight = weight(node, value, false);
        layers.add(new Layer(weight, noBias(weight)));
        after = After.PRODUCT;
    }

    private void add(OnnxGraph.Node node, String value) {
        FileContents.require(after == After.PRODUCT && node.from().size() == 2, "an Add must follow a MatMul");
        String bias = node.from().get(node.from().get(0).equals(value) ? 1 : 0);
        Tensor weight = layers.remove(layers.size() - 1).weight();
        layers.add(new Layer(weight, bias(bias, weight)));
        after = After.LINEAR;
    }

    /** [fan_out, fan_in], whichever way it is in the file. */
    private Tensor weight(OnnxGraph.Node node, String value, boolean transposed) {
        FileContents.require(
                after == After.START || after == After.ACTIVATION,
                "between two layers there must be an activation (" + Onnx.operators() + ")");
        FileContents.require(node.from().get(0).equals(value), "a layer's weight must be its second input");
        Tensor weight = graph.constant(node.from().get(1));
        boolean matrix = weight.shape().size() == 2 && weight.shape().stream().allMatch(size -> size > 0);
        FileContents.require(matrix, "a layer's weight has shape " + weight.shape());
        return transposed ? weight : transpose(weight);
    }

    private static Tensor transpose(Tensor tensor) {
        int rows = Math.toIntExact(tensor.shape().get(0));
        int columns = Math.toIntExact(tensor.shape().get(1));
        float[] from = tensor.toFloats();
        float[] to = new float[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i % columns * rows + i / columns] = from[i];
        }
        return Tensor.ofFloats(to, columns, rows);
    }

    private static Tensor noBias(Tensor weight) {
        long count = weight.shape().get(0);
        return Tensor.ofFloats(new float[Math.toIntExact(count)], count);
    }

    /** [fan_out], in the file perhaps [1, fan_out]. */
    private Tensor bias(String name, Tensor weight) {
        Tensor bias = graph.constant(name);
        List<Long> shape = bias.shape();
        long count = weight.shape().get(0);
        FileContents.require(
                shape.equals(List.of(count)) || shape.equals(List.of(1L, count)),
                "the bias \"" + name + "\" has shape " + shape + ", but must be [" + count + "]");
        return new Tensor(bias.type(), List.of(count), bias.data());
    }

    private Parameters toParameters() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int l = 0; l < layers.size(); l++) {
            tensors.put(StateDict.layer(l) + ".weight", layers.get(l).weight());
            tensors.put(StateDict.layer(l) + ".bias", layers.get(l).bias());
        }
        Parameters read = StateDict.toParameters(tensors, null);
        return Parameters.of(read.net().withActivations(activations), read.values());
    }
}
