package dev.mnistnative.format;

import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import java.util.List;

/**
 * A Linear layer that was found in a file.
 *
 * @param name of its weight, for messages
 * @param fanIn its inputs
 * @param fanOut its outputs
 * @param weight [fan_out, fan_in], row-major
 * @param bias [fan_out]
 */
record LinearLayer(String name, int fanIn, int fanOut, float[] weight, float[] bias) {
    /**
     * The net that such layers make, one after the other.
     *
     * @param activations one for each layer but the last
     * @throws IllegalArgumentException whose message wants the file's name before it
     */
    static Parameters toParameters(List<LinearLayer> layers, List<Activation> activations) {
        int[] sizes = new int[layers.size() + 1];
        for (int l = 0; l < layers.size(); l++) {
            LinearLayer layer = layers.get(l);
            FileContents.require(
                    l == 0 || layer.fanIn == sizes[l],
                    "the weight \"" + layer.name + "\" [" + layer.fanOut + ", " + layer.fanIn + "] does not take the "
                            + sizes[l] + " outputs of the layer before it");
            sizes[l] = layer.fanIn;
            sizes[l + 1] = layer.fanOut;
        }
        Mlp net = Mlp.of(sizes).withActivations(activations);
        float[] values = new float[net.parameterCount()];
        for (int l = 0; l < layers.size(); l++) {
            System.arraycopy(layers.get(l).weight, 0, values, net.weightOffset(l), layers.get(l).weight.length);
            System.arraycopy(layers.get(l).bias, 0, values, net.biasOffset(l), layers.get(l).bias.length);
        }
        return Parameters.of(net, values);
    }

    /**
     * Refuses numbers that are none: with them a net answers nothing, and training would go on from nothing.
     *
     * @param name of the tensor
     * @param values its elements, row-major
     * @param shape its dimensions
     */
    static void requireFinite(String name, float[] values, List<Long> shape) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("tensor \"" + name + "\" holds " + values[i] + " at "
                        + place(i, shape) + ", which is no weight: its training diverged or the file is damaged, save "
                        + "the model of an earlier epoch");
            }
        }
    }

    private static List<Long> place(int index, List<Long> shape) {
        Long[] place = new Long[shape.size()];
        long rest = index;
        for (int d = place.length - 1; d >= 0; d--) {
            place[d] = rest % shape.get(d);
            rest /= shape.get(d);
        }
        return List.of(place);
    }
}
