package dev.mnistnative.array;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.ElementType;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What the head of an array file claims; nothing may be allocated by it before the bytes are there.
 *
 * @param file name for messages
 * @param fortran whether the first index varies fastest
 * @param shape [N, …], each 1 or more
 */
public record ArrayHeader(String file, ElementType type, ByteOrder order, boolean fortran, long[] shape) {
    /**
     * What a file claims, if it can be.
     *
     * @throws DataFormatException if no file can hold such an array
     */
    static ArrayHeader checked(String file, ElementType type, ByteOrder order, boolean fortran, long[] shape)
            throws DataFormatException {
        for (long d : shape) {
            if (d < 0) {
                throw DataFormatException.of(
                        file, "a dimension is negative in " + Arrays.toString(shape), "write the file again");
            }
            if (d == 0) {
                throw DataFormatException.of(
                        file, "it holds no samples: its shape is " + Arrays.toString(shape), "give a file with data");
            }
        }
        if (shape.length == 0) {
            throw DataFormatException.of(file, "it holds a single number, not an array", "give an array [N, …]");
        }
        if (!(product(shape) * type.bytes() < Long.MAX_VALUE / 2)) {
            throw DataFormatException.of(
                    file, "its shape " + Arrays.toString(shape) + " is impossibly large", "write the file again");
        }
        return new ArrayHeader(file, type, order, fortran, shape);
    }

    /** Number of array elements. */
    public long elements() {
        return (long) product(shape);
    }

    /** Bytes that must follow the header. */
    public long payloadBytes() {
        return elements() * type.bytes();
    }

    /** Samples: the first dimension. Call after the elements are known to fit in memory. */
    public int size() {
        return Math.toIntExact(shape[0]);
    }

    /** The other dimensions. */
    public int[] sampleShape() {
        return Arrays.stream(shape).skip(1).mapToInt(Math::toIntExact).toArray();
    }

    /** E.g. "[60000, 28, 28] of f4". */
    public String describe() {
        return Arrays.toString(shape) + " of " + type.numpy();
    }

    private static double product(long[] shape) {
        return Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b);
    }
}
