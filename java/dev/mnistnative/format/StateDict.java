package dev.mnistnative.format;

import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A net's parameters as tensors with names: written with PyTorch's, read with anybody's. */
final class StateDict {
    private static final String PREFIX = "linear_relu_stack.";
    private static final int STRIDE = 2; // an activation stands between two Linears
    private static final int NAMED_AT_MOST = 5;
    private static final String ONNX_INSTEAD = ": only nets of Linear layers can be read; a net with other layers that "
            + "amount to such can come as ONNX";

    private final Map<String, Layer> layers = new LinkedHashMap<>();
    private final List<String> leftOut = new ArrayList<>();

    /** One layer as it is found. */
    private static final class Layer {
        private String weightName;
        private StoredTensor weight;
        private String biasName;
        private StoredTensor bias;
        private boolean inputsFirst;
    }

    private StateDict() {}

    static Map<String, Tensor> ofParameters(Parameters parameters) {
        Mlp net = parameters.net();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int l = 0; l < net.layers(); l++) {
            String name = layer(l);
            tensors.put(name + ".weight", Tensor.ofFloats(parameters.weight(l), net.fanOut(l), net.fanIn(l)));
            tensors.put(name + ".bias", Tensor.ofFloats(parameters.bias(l), net.fanOut(l)));
        }
        return tensors;
    }

    /** The name of a layer, counted from 0, before {@code .weight} and {@code .bias}. */
    static String layer(int index) {
        return PREFIX + STRIDE * index;
    }

    /**
     * The net among a file's tensors.
     *
     * @param tensors in the file's order
     * @param ordered whether that is the order in which they were written, and not the alphabet's
     * @param activations of the hidden layers, as {@link MetadataCodec} has them; null = not told, so ReLU
     * @param notes takes what was left out and assumed
     * @throws IllegalArgumentException whose message wants the file's name before it
     */
    static Parameters toParameters(
            Map<String, ? extends StoredTensor> tensors, boolean ordered, String activations, Consumer<String> notes)
            throws IOException {
        StateDict dict = new StateDict();
        tensors.forEach(dict::sort);
        dict.requireWeights(tensors);
        List<LinearLayer> layers = dict.inOrder(ordered, notes);
        dict.tellLeftOut(tensors, notes);
        Mlp net = new Mlp(
                Stream.concat(Stream.of(layers.get(0).fanIn()), layers.stream().map(LinearLayer::fanOut))
                        .toList());
        if (activations == null && net.layers() > 1) {
            notes.accept("the file does not say what stands between its layers: ReLU is assumed");
        }
        return LinearLayer.toParameters(
                layers, MetadataCodec.withActivations(net, activations).activations());
    }

    /** Finds out what a tensor is: a layer's weight or bias, or something else. */
    private void sort(String name, StoredTensor tensor) {
        FileContents.require(
                !name.endsWith("running_mean") && !name.endsWith("running_var"),
                "tensor \"" + name + "\" is of a batch normalisation, and where it stands in the net a state dict does "
                        + "not say; save the model as ONNX, which does");
        Optional<ParameterName> parsed = ParameterName.of(name);
        if (parsed.isEmpty() || isOfALoss(name)) {
            leftOut.add(name);
            return;
        }
        Layer layer = layers.computeIfAbsent(parsed.get().layer(), n -> new Layer());
        if (parsed.get().weight()) {
            FileContents.require(
                    layer.weight == null,
                    "tensors \"" + layer.weightName + "\" and \"" + name + "\" are both the weight of one layer");
            layer.weightName = name;
            layer.weight = tensor;
            layer.inputsFirst = parsed.get().inputsFirst();
        } else {
            FileContents.require(
                    layer.bias == null,
                    "tensors \"" + layer.biasName + "\" and \"" + name + "\" are both the bias of one layer");
            layer.biasName = name;
            layer.bias = tensor;
        }
    }

    /** Weights of classes, which a loss that is a module leaves in a state dict. */
    private static boolean isOfALoss(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Stream.of("loss", "criterion", "class_weight", "pos_weight", "sample_weight")
                .anyMatch(lower::contains);
    }

    private void requireWeights(Map<String, ? extends StoredTensor> tensors) {
        FileContents.require(!tensors.isEmpty(), "there is no tensor in it; save a model's state dict");
        FileContents.require(
                !layers.isEmpty(),
                "none of its tensors is a layer's weight by its name (as \"fc1.weight\"): it holds "
                        + named(tensors.keySet().stream()) + "; save a model's state dict");
        layers.forEach((name, layer) -> {
            FileContents.require(
                    layer.weight != null,
                    "tensor \"" + layer.biasName + "\" stands without the weight of its layer" + ONNX_INSTEAD);
            List<Long> shape = layer.weight.shape();
            FileContents.require(
                    shape.size() == 2,
                    "tensor \"" + layer.weightName + "\" has shape " + shape + ", but a Linear's weight has two "
                            + "dimensions" + ONNX_INSTEAD);
            requireFloats(layer.weightName, layer.weight);
            if (layer.bias != null) {
                requireFloats(layer.biasName, layer.bias);
                FileContents.require(
                        isVector(layer.bias.shape()),
                        "tensor \"" + layer.biasName + "\" has shape " + layer.bias.shape()
                                + ", but a bias must have one dimension");
            }
        });
    }

    private static void requireFloats(String name, StoredTensor tensor) {
        FileContents.require(
                tensor.type().isFloatingPoint(),
                "tensor \"" + name + "\": elements of type " + tensor.type().safetensors()
                        + " are no weights: save them as float32");
    }

    /** [n], or [1, n] as those have it who multiply from the left. */
    private static boolean isVector(List<Long> shape) {
        return shape.size() == 1 || shape.size() == 2 && shape.get(0) == 1;
    }

    private List<LinearLayer> inOrder(boolean orderMatters, Consumer<String> notes) throws IOException {
        List<Layer> found = List.copyOf(layers.values());
        List<LayerOrder.Shape> shapes = new ArrayList<>();
        layers.forEach((name, layer) -> {
            List<Long> weight = layer.weight.shape();
            long bias = layer.bias == null
                    ? -1
                    : layer.bias.shape().get(layer.bias.shape().size() - 1);
            shapes.add(new LayerOrder.Shape(name, weight.get(0), weight.get(1), bias));
        });
        boolean inputsFirst = found.stream().allMatch(layer -> layer.inputsFirst);
        LayerOrder.Found order = LayerOrder.find(shapes, inputsFirst, orderMatters);
        if (order.byShapes() && found.size() > 1) {
            notes.accept("the order of its layers was found by their shapes: "
                    + order.layers().stream().map(i -> shapes.get(i).name()).collect(Collectors.joining(", ")));
        }
        if (order.inputsFirst() && !inputsFirst) {
            notes.accept("its weights were taken as [inputs, outputs], as their shapes are");
        }
        List<LinearLayer> layersInOrder = new ArrayList<>();
        for (int i : order.layers()) {
            layersInOrder.add(load(found.get(i), order.inputsFirst()));
        }
        return layersInOrder;
    }

    private static LinearLayer load(Layer layer, boolean inputsFirst) throws IOException {
        int rows = size(layer.weight.shape().get(0));
        int columns = size(layer.weight.shape().get(1));
        float[] weight = floats(layer.weightName, layer.weight);
        int fanOut = inputsFirst ? columns : rows;
        float[] bias = layer.bias == null ? new float[fanOut] : floats(layer.biasName, layer.bias);
        return new LinearLayer(
                layer.weightName,
                inputsFirst ? rows : columns,
                fanOut,
                inputsFirst ? Tensor.transposed(weight, rows, columns) : weight,
                bias);
    }

    private static int size(long dimension) {
        return Math.toIntExact(Math.min(dimension, Integer.MAX_VALUE));
    }

    private static float[] floats(String name, StoredTensor tensor) throws IOException {
        float[] values;
        try {
            values = tensor.toFloats();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tensor \"" + name + "\": " + e.getMessage(), e);
        }
        LinearLayer.requireFinite(name, values, tensor.shape());
        return values;
    }

    private void tellLeftOut(Map<String, ? extends StoredTensor> tensors, Consumer<String> notes) {
        if (!leftOut.isEmpty()) {
            notes.accept("left out, as no Linear layer has them: "
                    + named(leftOut.stream()
                            .map(name -> name + " " + tensors.get(name).outline())));
        }
    }

    /** Names for tensors that have none: the matrices are the layers' weights in order, the vectors their biases. */
    static Map<String, StoredTensor> named(List<? extends StoredTensor> tensors) {
        Map<String, StoredTensor> named = new LinkedHashMap<>();
        int weights = 0;
        int biases = 0;
        for (StoredTensor tensor : tensors) {
            boolean weight = tensor.shape().size() == 2;
            named.put((weight ? weights++ : biases++) + (weight ? ".weight" : ".bias"), tensor);
        }
        return named;
    }

    /** A few of them, and how many there are besides. */
    static String named(Stream<String> names) {
        List<String> all = names.toList();
        String first = all.stream().limit(NAMED_AT_MOST).collect(Collectors.joining(", "));
        return all.size() <= NAMED_AT_MOST ? first : first + " and " + (all.size() - NAMED_AT_MOST) + " more";
    }
}
