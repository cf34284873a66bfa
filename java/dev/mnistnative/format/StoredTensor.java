package dev.mnistnative.format;

import dev.mnistnative.ElementType;
import java.io.IOException;
import java.util.List;

/** A tensor that a file holds, known before its elements are loaded. */
interface StoredTensor {
    ElementType type();

    /** Dimensions; empty for a scalar. */
    List<Long> shape();

    /**
     * The elements as float32, row-major.
     *
     * @throws IllegalArgumentException for types that are not floating-point, and if the file lies about them
     */
    float[] toFloats() throws IOException;

    /** For messages: the element type and the shape. */
    default String outline() {
        return type().safetensors() + " " + shape();
    }
}
