package dev.mnistnative.format;

import dev.mnistnative.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A view of a storage: element (i, j, …) lies at offset + i · stride 0 + j · stride 1 + …. */
final class TorchTensor implements StoredTensor {
    private static final int CHUNK = 8192;

    private final TorchStorage storage;
    private final ElementType type;
    private final long offset;
    private final List<Long> shape;
    private final List<Long> strides;

    /** @throws IllegalArgumentException if it reaches beyond its storage */
    TorchTensor(TorchStorage storage, ElementType type, long offset, List<Long> shape, List<Long> strides) {
        this.storage = storage;
        this.type = type;
        this.offset = offset;
        this.shape = shape;
        this.strides = strides;
        long last = offset;
        boolean empty = false;
        boolean possible = offset >= 0 && shape.size() == strides.size();
        for (int d = 0; possible && d < shape.size(); d++) {
            long size = shape.get(d);
            long stride = strides.get(d);
            possible = size >= 0 && stride >= 0 && size <= Integer.MAX_VALUE && stride <= Integer.MAX_VALUE;
            empty |= size == 0;
            last += possible && size > 0 ? (size - 1) * stride : 0;
            possible &= last >= 0;
        }
        FileContents.require(
                possible && (empty || last < storage.bytes() / type.bytes()),
                "a tensor " + shape + " reaches beyond its storage \"" + storage.key()
                        + "\": the file is damaged, save it" + " again");
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public List<Long> shape() {
        return shape;
    }

    @Override
    public float[] toFloats() throws IOException {
        FileContents.require(
                type.isFloatingPoint(),
                "elements of type " + type.safetensors() + " are no weights: save them as float32");
        double wanted = shape.stream().mapToDouble(Long::doubleValue).reduce(type.bytes(), (a, b) -> a * b);
        FileContents.require(
                wanted <= storage.bytes(),
                "its shape " + shape + " has more elements than its storage: save it with .contiguous()");
        long count = OnnxShapes.count(shape);
        ByteBuffer bytes = storage.load();
        if (bytes.order() == ByteOrder.LITTLE_ENDIAN && isContiguous()) {
            int from = (int) (offset * type.bytes());
            return new Tensor(type, shape, bytes.slice(from, (int) (count * type.bytes()))).toFloats();
        }
        float[] values = new float[(int) count];
        int[] place = new int[shape.size()];
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK * type.bytes()).order(bytes.order());
        double[] numbers = new double[CHUNK];
        for (int first = 0; first < values.length; first += CHUNK) {
            int n = Math.min(CHUNK, values.length - first);
            for (int i = 0; i < n; i++) {
                chunk.put(i * type.bytes(), bytes, at(place) * type.bytes(), type.bytes());
                OnnxShapes.advance(place, shape);
            }
            type.toDoubles(chunk, numbers, n);
            for (int i = 0; i < n; i++) {
                values[first + i] = (float) numbers[i];
            }
        }
        return values;
    }

    private boolean isContiguous() {
        int[] row = OnnxShapes.strides(shape);
        for (int d = 0; d < row.length; d++) {
            if (shape.get(d) != 1 && row[d] != strides.get(d)) {
                return false;
            }
        }
        return true;
    }

    private int at(int[] place) {
        long at = offset;
        for (int d = 0; d < place.length; d++) {
            at += place[d] * strides.get(d);
        }
        return (int) at;
    }
}
