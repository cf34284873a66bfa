package dev.mnistnative.binding;

import java.util.Arrays;

/**
 * An {@code mn_net}.
 *
 * @param sizes inputs, then each layer's outputs
 * @param activations the codes of each hidden layer's activation, {@code MN_ACTIVATION_} values
 * @param activationParameters one for each of them
 * @param hiddenDropout share of each hidden layer's outputs that a training step drops
 * @param inputDropout share of the inputs
 */
public record NativeNet(
        int[] sizes, int[] activations, double[] activationParameters, double hiddenDropout, double inputDropout) {
    /** ReLU behind each hidden layer, no dropout. */
    public static NativeNet of(int... sizes) {
        int[] activations = new int[Math.max(0, sizes.length - 2)];
        Arrays.fill(activations, MnistNative.MN_ACTIVATION_RELU);
        return new NativeNet(sizes, activations, new double[activations.length], 0, 0);
    }

    /** Outputs per sample. */
    int outputs() {
        return sizes[sizes.length - 1];
    }
}
