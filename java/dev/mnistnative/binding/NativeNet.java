package dev.mnistnative.binding;

import java.util.Arrays;

/**
 * An {@code mn_net}.
 *
 * @param sizes inputs, then each layer's outputs
 * @param activations the codes of each hidden layer's activation, {@code MN_ACTIVATION_} values
 * @param activationParameters one for each of them
 */
public record NativeNet(int[] sizes, int[] activations, double[] activationParameters) {
    /** ReLU behind each hidden layer. */
    public static NativeNet of(int... sizes) {
        int[] activations = new int[Math.max(0, sizes.length - 2)];
        Arrays.fill(activations, MnistNative.MN_ACTIVATION_RELU);
        return new NativeNet(sizes, activations, new double[activations.length]);
    }
}
