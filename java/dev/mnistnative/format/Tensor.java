package dev.mnistnative.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One tensor of a safetensors file.
 *
 * @param type element type
 * @param shape dimensions; empty for a scalar
 * @param data elements, row-major, little-endian; a read-only view
 */
public record Tensor(TensorType type, List<Long> shape, ByteBuffer data) {
    public Tensor {
        shape = List.copyOf(shape);
        data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long bytes = byteCount(type, shape);
        if (bytes != data.remaining()) {
            throw new IllegalArgumentException(
                    "a tensor " + type + " " + shape + " takes " + bytes + " bytes, but has " + data.remaining());
        }
    }

    /** A float32 tensor with a copy of the values. */
    public static Tensor ofFloats(float[] values, long... shape) {
        ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        List<Long> dimensions = new ArrayList<>();
        for (long dimension : shape) {
            dimensions.add(dimension);
        }
        return new Tensor(TensorType.F32, dimensions, data);
    }

    /** A view of the elements, little-endian, from position 0. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Bytes of a tensor; -1 if they are more than a long can hold or a dimension is negative. */
    static long byteCount(TensorType type, List<Long> shape) {
        boolean empty = false;
        long bytes = type.bytes();
        for (long dimension : shape) {
            if (dimension < 0) {
                return -1;
            }
            empty |= dimension == 0;
            long high = Math.multiplyHigh(bytes, Math.max(dimension, 1));
            bytes *= Math.max(dimension, 1);
            if (high != 0 || bytes < 0) {
                return -1;
            }
        }
        return empty ? 0 : bytes;
    }

    /**
     * The elements as float32.
     *
     * @throws IllegalArgumentException for types that are not floating-point
     */
    public float[] toFloats() {
        int count = data.capacity() / type.bytes();
        ByteBuffer in = data();
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (type) {
                case F32 -> in.getFloat();
                case F64 -> (float) in.getDouble();
                case F16 -> halfToFloat(in.getShort());
                case BF16 -> Float.intBitsToFloat(in.getShort() << 16);
                default ->
                    throw new IllegalArgumentException(
                            "elements of type " + type + " are no weights: save them as F32");
            };
        }
        return values;
    }

    /** IEEE 754 binary16; Java has this from 20 on. */
    private static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1f ? 0xff : exponent + 112;
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
