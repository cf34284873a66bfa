package dev.mnistnative.net;

import dev.mnistnative.binding.NativeLibrary;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A net's weights and biases: immutable, float32, in PyTorch's state-dict order (for each layer the weight
 * [fan_out, fan_in], row-major, then the bias [fan_out]). Safe from any thread.
 */
public final class Parameters {
    private final Mlp shape;
    private final float[] values;

    private Parameters(Mlp shape, float[] values) {
        if (values.length != shape.parameterCount()) {
            throw new IllegalArgumentException("a net of shape " + shape + " has " + shape.parameterCount()
                    + " parameters, but " + values.length + " values were given");
        }
        this.shape = shape;
        this.values = values;
    }

    /** Parameters with a copy of these values. */
    public static Parameters of(Mlp shape, float[] values) {
        return new Parameters(shape, values.clone());
    }

    /** PyTorch's initial values, bit for bit those of {@code torch.manual_seed(seed)} and the nn.Linears in order. */
    public static Parameters initial(Mlp shape, long seed) {
        return new Parameters(shape, NativeLibrary.initialParameters(shape.toArray(), seed));
    }

    /** The net's widths. */
    public Mlp shape() {
        return shape;
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
        return Arrays.copyOfRange(values, shape.weightOffset(layer), shape.biasOffset(layer));
    }

    /** A copy of a layer's bias [fan_out]; the first layer is 0. */
    public float[] bias(int layer) {
        checkLayer(layer);
        return Arrays.copyOfRange(values, shape.biasOffset(layer), shape.weightOffset(layer + 1));
    }

    private void checkLayer(int layer) {
        if (layer < 0 || layer >= shape.layers()) {
            throw new IllegalArgumentException("layer " + layer + " is not one of 0 to " + (shape.layers() - 1));
        }
    }

    /** Whether shape and every bit of every value are the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Parameters that && shape.equals(that.shape) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Parameters[" + shape + ", " + values.length + " values]";
    }
}
