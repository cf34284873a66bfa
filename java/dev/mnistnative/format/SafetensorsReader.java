package dev.mnistnative.format;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads safetensors files; believes nothing that a header says until the file's size bears it out. */
final class SafetensorsReader {
    private static final long MAX_HEADER = 100_000_000;
    private static final long MAX_TENSOR = Integer.MAX_VALUE - 8L;
    private static final String METADATA = "__metadata__";
    private static final Set<String> ENTRY_KEYS = Set.of("dtype", "shape", "data_offsets");

    private final ByteSource file;
    private final long size;

    /** A tensor as the header tells it. */
    private record Entry(String name, ElementType type, List<Long> shape, long begin, long end) {}

    private SafetensorsReader(ByteSource file) throws IOException {
        this.file = file;
        this.size = file.size();
    }

    /** @throws DataFormatException if it is damaged */
    static TensorFile read(ByteSource file) throws IOException {
        return new SafetensorsReader(file).read();
    }

    private TensorFile read() throws IOException {
        try {
            return parsed();
        } catch (IllegalArgumentException e) {
            throw damaged(e.getMessage(), e);
        }
    }

    private TensorFile parsed() throws IOException {
        FileContents.require(size > Long.BYTES, "it has " + size + " bytes, too few for a header");
        long headerLength = file.bytes(0, Long.BYTES).getLong();
        FileContents.require(
                headerLength > 0 && headerLength <= MAX_HEADER && headerLength <= size - Long.BYTES,
                "its header is said to have " + Long.toUnsignedString(headerLength) + " bytes, but the file has " + size
                        + " and a header at most " + MAX_HEADER);
        Map<String, Object> header = parse(file.bytes(Long.BYTES, headerLength));
        Map<String, String> metadata = metadata(header.remove(METADATA));
        List<Entry> entries = entries(header);
        long start = Long.BYTES + headerLength;
        checkLayout(entries, size - start);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Entry entry : entries) {
            ByteBuffer data = file.bytes(start + entry.begin(), entry.end() - entry.begin());
            tensors.put(entry.name(), new Tensor(entry.type(), entry.shape(), data));
        }
        return new TensorFile(tensors, metadata);
    }

    private Map<String, Object> parse(ByteBuffer header) throws DataFormatException {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(header).toString();
            return HeaderJson.parse(text);
        } catch (CharacterCodingException e) {
            throw damaged("its header is not UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw damaged("its header is not what safetensors allows: " + e.getMessage(), e);
        }
    }

    private Map<String, String> metadata(Object value) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (value == null) {
            return metadata;
        }
        FileContents.require(value instanceof Map, METADATA + " is no object");
        ((Map<?, ?>) value).forEach((key, text) -> {
            FileContents.require(text instanceof String, METADATA + "'s \"" + key + "\" is no string");
            metadata.put((String) key, (String) text);
        });
        return metadata;
    }

    private List<Entry> entries(Map<String, Object> header) {
        List<Entry> entries = new ArrayList<>();
        header.forEach((name, value) -> {
            FileContents.require(
                    value instanceof Map<?, ?> map && map.keySet().equals(ENTRY_KEYS),
                    "\"" + name + "\" must have dtype, shape and data_offsets, and nothing else");
            entries.add(entry(name, (Map<?, ?>) value));
        });
        return entries;
    }

    private Entry entry(String name, Map<?, ?> value) {
        ElementType type = type(name, value.get("dtype"));
        List<Long> shape = numbers(name, "shape", value.get("shape"));
        List<Long> offsets = numbers(name, "data_offsets", value.get("data_offsets"));
        FileContents.require(offsets.size() == 2, "\"" + name + "\" must have two data_offsets");
        long bytes = offsets.get(1) - offsets.get(0);
        FileContents.require(
                bytes >= 0 && bytes == Tensor.byteCount(type, shape),
                "\"" + name + "\" is " + type.safetensors() + " " + shape + ", which does not fit its data_offsets "
                        + offsets);
        FileContents.require(bytes <= MAX_TENSOR, "\"" + name + "\" has more than 2 GiB");
        return new Entry(name, type, shape, offsets.get(0), offsets.get(1));
    }

    private ElementType type(String name, Object value) {
        return ElementType.ofSafetensors(String.valueOf(value))
                .orElseThrow(() -> new IllegalArgumentException("\"" + name + "\" has an unknown dtype " + value));
    }

    private List<Long> numbers(String name, String key, Object value) {
        List<Long> numbers = new ArrayList<>();
        FileContents.require(value instanceof List, "\"" + name + "\": " + key + " is no array");
        for (Object number : (List<?>) value) {
            FileContents.require(
                    number instanceof Long, "\"" + name + "\": " + key + " holds something that is no whole number");
            numbers.add((Long) number);
        }
        return numbers;
    }

    /** The tensors cover the rest of the file, each byte once. */
    private void checkLayout(List<Entry> entries, long available) {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long expected = 0;
        for (Entry entry : sorted) {
            FileContents.require(
                    entry.begin() == expected,
                    "\"" + entry.name() + "\" begins at " + entry.begin() + ", but the tensor before it ends at "
                            + expected);
            expected = entry.end();
        }
        FileContents.require(
                expected == available,
                "its tensors take " + expected + " bytes, but " + available + " follow the header");
    }

    private DataFormatException damaged(String fault, Exception cause) {
        return new DataFormatException(
                file.name() + ": " + fault + "; it is damaged or no safetensors file, save it anew", cause);
    }
}
