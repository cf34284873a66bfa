package dev.mnistnative.net;

import dev.mnistnative.binding.NativeLibrary;
import dev.mnistnative.net.internal.NativeNets;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A net's weights and biases: immutable, float32, in PyTorch's state-dict order (for each layer the weight
 * [fan_out, fan_in], row-major, then the bias [fan_out]). Safe from any thread.
 */
public final class Parameters {
    private final Mlp net;
    private final float[] values;

    private Parameters(Mlp net, float[] values) {
        if (values.length != net.parameterCount()) {
            throw new IllegalArgumentException("a net " + net + " has " + net.parameterCount() + " parameters, but "
                    + values.length + " values were given");
        }
        this.net = net.withoutDropout();
        this.values = values;
    }

    /** Parameters with a copy of these values. */
    public static Parameters of(Mlp net, float[] values) {
        return new Parameters(net, values.clone());
    }

    /** PyTorch's initial values, bit for bit those of {@code torch.manual_seed(seed)} and the nn.Linears in order. */
    public static Parameters initial(Mlp net, long seed) {
        return new Parameters(net, NativeLibrary.initialParameters(NativeNets.of(net), seed));
    }

    /** The net that they are of, without a dropout, which only training has. */
    public Mlp net() {
        return net;
    }

    /** A copy of the flat vector. */
    public float[] values() {
        return values.clone();
    }

    /** A read-only view of the flat vector. */
    public FloatBuffer buffer() {
        return FloatBuffer.wrap(values).asReadOnlyBuffer();
    }

    /** A copy of a layer's weight [fan_out, fan_in], row-major; the first layer is 0. */
    public float[] weight(int layer) {
        checkLayer(layer);
        return Arrays.copyOfRange(values, net.weightOffset(layer), net.biasOffset(layer));
    }

    /** A copy of a layer's bias [fan_out]; the first layer is 0. */
    public float[] bias(int layer) {
        checkLayer(layer);
        return Arrays.copyOfRange(values, net.biasOffset(layer), net.weightOffset(layer + 1));
    }

    private void checkLayer(int layer) {
        if (layer < 0 || layer >= net.layers()) {
            throw new IllegalArgumentException("layer " + layer + " is not one of 0 to " + (net.layers() - 1));
        }
    }

    /** Whether the net and every bit of every value are the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Parameters that && net.equals(that.net) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * net.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Parameters[" + net + ", " + values.length + " values]";
    }
}
