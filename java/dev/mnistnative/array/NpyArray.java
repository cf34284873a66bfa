package dev.mnistnative.array;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An array to be written as NumPy's npy, format 1.0.
 *
 * @param type NumPy's name, e.g. {@code <f4}
 * @param shape dimensions; empty for a single value
 * @param data elements, row-major, little-endian, from position to limit
 */
public record NpyArray(String type, List<Long> shape, ByteBuffer data) {
    private static final int ALIGNMENT = 64;
    private static final int PREAMBLE = 10; // magic, version, length of the header

    /** float32 elements as they are in memory. */
    public static NpyArray ofFloats(List<Long> shape, ByteBuffer littleEndian) {
        return new NpyArray("<f4", shape, littleEndian);
    }

    /** float64 elements. */
    public static NpyArray ofDoubles(List<Long> shape, double... values) {
        ByteBuffer data = allocate(values.length * Double.BYTES);
        data.asDoubleBuffer().put(values);
        return new NpyArray("<f8", shape, data);
    }

    /** An int64 without dimension. */
    public static NpyArray ofLong(long value) {
        return new NpyArray("<i8", List.of(), allocate(Long.BYTES).putLong(0, value));
    }

    /** Texts of equal length in UTF-32, filled up with 0. */
    public static NpyArray ofTexts(List<Long> shape, List<String> texts) {
        int length = texts.stream()
                .mapToInt(text -> text.codePointCount(0, text.length()))
                .max()
                .orElse(1);
        ByteBuffer data = allocate(texts.size() * length * Integer.BYTES);
        for (int i = 0; i < texts.size(); i++) {
            data.position(i * length * Integer.BYTES);
            texts.get(i).codePoints().forEach(data::putInt);
        }
        return new NpyArray("<U" + length, shape, data.clear());
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Magic, version, length and dictionary, filled up so that the elements are aligned. */
    byte[] header() {
        String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
        String tuple = shape.size() == 1 ? "(" + sizes + ",)" : "(" + sizes + ")";
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + tuple + ", }";
        int length = (PREAMBLE + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - PREAMBLE;
        ByteBuffer header = ByteBuffer.allocate(PREAMBLE + length).put(NpyFormat.MAGIC);
        header.put(new byte[] {1, 0, (byte) length, (byte) (length >> 8)});
        header.put(text.getBytes(StandardCharsets.US_ASCII));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').array();
    }
}
