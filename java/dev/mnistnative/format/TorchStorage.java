package dev.mnistnative.format;

import dev.mnistnative.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Numbers of one type in a row, of which tensors are views; loaded when the first of them is. */
final class TorchStorage {
    private final String key;
    private final ElementType type;
    private final long elements;
    private Source source = bytes -> {
        throw new IllegalArgumentException("its numbers are not there");
    };
    private ByteBuffer loaded;

    /** Where a storage's bytes are. */
    interface Source {
        /** Exactly so many, in their own byte order. */
        ByteBuffer load(long bytes) throws IOException;
    }

    TorchStorage(String key, ElementType type, long elements) {
        FileContents.require(
                elements >= 0 && elements <= Integer.MAX_VALUE,
                "storage \"" + key + "\" is said to have " + elements + " elements");
        this.key = key;
        this.type = type;
        this.elements = elements;
    }

    String key() {
        return key;
    }

    ElementType type() {
        return type;
    }

    long bytes() {
        return elements * type.bytes();
    }

    boolean sameAs(TorchStorage other) {
        return type == other.type && elements == other.elements;
    }

    void comesFrom(Source bytes) {
        source = bytes;
    }

    ByteBuffer load() throws IOException {
        if (loaded == null) {
            loaded = source.load(bytes());
        }
        return loaded;
    }
}
