package dev.mnistnative.format;

import dev.mnistnative.ElementType;
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
public record Tensor(ElementType type, List<Long> shape, ByteBuffer data) implements StoredTensor {
    /** Elements that are converted at a time. */
    private static final int CHUNK = 8192;

    public Tensor {
        shape = List.copyOf(shape);
        data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long bytes = byteCount(type, shape);
        if (bytes != data.remaining()) {
            throw new IllegalArgumentException("a tensor " + type.safetensors() + " " + shape + " takes " + bytes
                    + " bytes, but has " + data.remaining());
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
        return new Tensor(ElementType.FLOAT32, dimensions, data);
    }

    /** A matrix [rows, columns] as [columns, rows]. */
    static float[] transposed(float[] from, int rows, int columns) {
        float[] to = new float[from.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                to[j * rows + i] = from[i * columns + j];
            }
        }
        return to;
    }

    /** A view of the elements, little-endian, from position 0. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Bytes of a tensor; -1 if they are more than a long can hold or a dimension is negative. */
    static long byteCount(ElementType type, List<Long> shape) {
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
    @Override
    public float[] toFloats() {
        if (!type.isFloatingPoint()) {
            throw new IllegalArgumentException(
                    "elements of type " + type.safetensors() + " are no weights: save them as F32");
        }
        ByteBuffer in = data();
        int count = data.capacity() / type.bytes();
        float[] values = new float[count];
        if (type == ElementType.FLOAT32) { // every bit as it is, a NaN's too
            in.asFloatBuffer().get(values);
            return values;
        }
        double[] chunk = new double[Math.min(CHUNK, count)];
        for (int first = 0; first < count; first += CHUNK) {
            int n = Math.min(CHUNK, count - first);
            type.toDoubles(in.slice(first * type.bytes(), n * type.bytes()).order(ByteOrder.LITTLE_ENDIAN), chunk, n);
            for (int i = 0; i < n; i++) {
                values[first + i] = (float) chunk[i];
            }
        }
        return values;
    }
}
