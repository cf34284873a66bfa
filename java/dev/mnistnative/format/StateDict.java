package dev.mnistnative.format;

import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PyTorch's names for a net's parameters. */
final class StateDict {
    private static final Pattern NAME = Pattern.compile("(.*\\.|)(\\d{1,9})\\.(weight|bias)", Pattern.DOTALL);
    private static final String PREFIX = "linear_relu_stack.";
    private static final int STRIDE = 2; // an activation stands between two Linears

    private StateDict() {}

    /** One layer as it is found. */
    private static final class Layer {
        private Tensor weight;
        private Tensor bias;
    }

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
     * @param activations of the hidden layers, as {@link MetadataCodec} has them; null = ReLU
     * @throws IllegalArgumentException whose message wants the file's name before it
     */
    static Parameters toParameters(Map<String, Tensor> tensors, String activations) {
        Map<Integer, Layer> layers = layers(tensors);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("there is no tensor in it; save a model's state dict");
        }
        Mlp net = MetadataCodec.withActivations(Mlp.of(sizes(layers)), activations);
        float[] values = new float[net.parameterCount()];
        int l = 0;
        for (Map.Entry<Integer, Layer> entry : layers.entrySet()) {
            copy(entry.getKey() + ".weight", entry.getValue().weight, values, net.weightOffset(l));
            copy(entry.getKey() + ".bias", entry.getValue().bias, values, net.biasOffset(l));
            l++;
        }
        return Parameters.of(net, values);
    }

    private static Map<Integer, Layer> layers(Map<String, Tensor> tensors) {
        Map<Integer, Layer> layers = new TreeMap<>();
        String prefix = null;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Matcher name = NAME.matcher(entry.getKey());
            if (!name.matches()) {
                throw new IllegalArgumentException("tensor \"" + entry.getKey() + "\" has a name that is not "
                        + "PREFIX.N.weight or PREFIX.N.bias; only nets of Linear layers can be read");
            }
            if (prefix != null && !prefix.equals(name.group(1))) {
                throw new IllegalArgumentException("tensors begin with \"" + prefix + "\" and with \"" + name.group(1)
                        + "\"; save one stack of layers alone");
            }
            prefix = name.group(1);
            Layer layer = layers.computeIfAbsent(Integer.parseInt(name.group(2)), n -> new Layer());
            put(layer, name.group(3).equals("weight"), entry);
        }
        return layers;
    }

    private static void put(Layer layer, boolean weight, Map.Entry<String, Tensor> entry) {
        int dimensions = weight ? 2 : 1;
        Tensor tensor = entry.getValue();
        if ((weight ? layer.weight : layer.bias) != null) { // "0.weight" and "00.weight"
            throw new IllegalArgumentException("tensor \"" + entry.getKey() + "\" is there twice");
        }
        if (tensor.shape().size() != dimensions) {
            throw new IllegalArgumentException("tensor \"" + entry.getKey() + "\" has shape " + tensor.shape()
                    + ", but must be " + (weight ? "[fan_out, fan_in]" : "[fan_out]"));
        }
        if (weight) {
            layer.weight = tensor;
        } else {
            layer.bias = tensor;
        }
    }

    private static int[] sizes(Map<Integer, Layer> layers) {
        int[] sizes = new int[layers.size() + 1];
        int l = 0;
        for (Map.Entry<Integer, Layer> entry : layers.entrySet()) {
            Layer layer = entry.getValue();
            if (layer.weight == null || layer.bias == null) {
                throw new IllegalArgumentException("layer " + entry.getKey() + " has no "
                        + (layer.weight == null ? "weight" : "bias") + "; every Linear needs both");
            }
            List<Long> weight = layer.weight.shape();
            if (!layer.bias.shape().get(0).equals(weight.get(0))) {
                throw new IllegalArgumentException("layer " + entry.getKey() + "'s weight " + weight + " and bias "
                        + layer.bias.shape() + " do not fit each other");
            }
            if (l > 0 && weight.get(1) != sizes[l]) {
                throw new IllegalArgumentException("layer " + entry.getKey() + "'s weight " + weight
                        + " does not take the " + sizes[l] + " outputs of the layer before it");
            }
            sizes[l] = Math.toIntExact(Math.min(weight.get(1), Integer.MAX_VALUE));
            sizes[l + 1] = Math.toIntExact(Math.min(weight.get(0), Integer.MAX_VALUE));
            l++;
        }
        return sizes;
    }

    private static void copy(String name, Tensor tensor, float[] values, int offset) {
        try {
            float[] part = tensor.toFloats();
            System.arraycopy(part, 0, values, offset, part.length);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tensor " + name + ": " + e.getMessage(), e);
        }
    }
}
