package dev.mnistnative.format;

import dev.mnistnative.ElementType;
import dev.mnistnative.array.Content;
import dev.mnistnative.array.NpyFormat;
import dev.mnistnative.array.NpyHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Nets as NumPy's arrays: {@link NetArrays}, and weights and biases by other names (docs/file-formats.md), [fan_out,
 * fan_in] or [fan_in, fan_out] as their shapes tell.
 */
final class NpzReader {
    private static final String SUFFIX = ".npy";
    private static final int HEAD_BYTES = 1 << 16;
    private static final int MAX_TEXT = 1 << 24;
    private static final Pattern ELEMENT = Pattern.compile("([<>|=]?)([a-zA-Z]\\d*)");
    private static final Pattern POSITION = Pattern.compile("arr_\\d{1,9}");

    private final ZipArchive zip;
    private final Consumer<String> notes;

    private NpzReader(ZipArchive zip, Consumer<String> notes) {
        this.zip = zip;
        this.notes = notes;
    }

    /** An array that is loaded when it is asked for. */
    private record Stored(
            ZipArchive zip, String member, ElementType type, List<Long> shape, ByteOrder order, boolean fortran)
            implements StoredTensor {
        @Override
        public float[] toFloats() throws IOException {
            ByteBuffer elements = elements(zip, member).order(order);
            long count = OnnxShapes.count(shape);
            FileContents.require(
                    count * type.bytes() == elements.remaining(),
                    "its shape " + shape + " takes " + count * type.bytes() + " bytes, but has "
                            + elements.remaining());
            double[] values = new double[(int) count];
            type.toDoubles(elements, values, values.length);
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            boolean turned = fortran && shape.size() == 2;
            return turned
                    ? Tensor.transposed(floats, Math.toIntExact(shape.get(1)), Math.toIntExact(shape.get(0)))
                    : floats;
        }
    }

    static boolean isIn(ZipArchive zip) {
        return zip.names().stream().anyMatch(name -> name.endsWith(SUFFIX));
    }

    static SavedModel.Content read(ZipArchive zip, Consumer<String> notes) throws IOException {
        return new NpzReader(zip, notes).content();
    }

    private SavedModel.Content content() throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String member : zip.names()) {
            if (!member.endsWith(SUFFIX)) {
                continue;
            }
            String name = member.substring(0, member.length() - SUFFIX.length());
            NpyHead head = NpyFormat.readHead(content(zip, member, zip.head(member, HEAD_BYTES)));
            Matcher element = ELEMENT.matcher(head.element());
            FileContents.require(element.matches(), "array \"" + name + "\" has elements '" + head.element() + "'");
            FileContents.require(
                    !element.group(2).startsWith("O"),
                    "array \"" + name + "\" holds Python objects, which are not read: save each layer's array under a "
                            + "name of its own, e.g. numpy.savez(FILE, coef_0=…, intercept_0=…)");
            List<Long> shape = Arrays.stream(head.shape()).boxed().toList();
            ByteOrder order = element.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            if (MetadataCodec.KEYS.contains(name)) {
                metadata.put(name, text(member, element.group(2), shape, order));
                continue;
            }
            ElementType type = ElementType.ofNumpy(element.group(2)).orElse(null);
            if (type == null) {
                notes.accept("left out: array \"" + name + "\" of '" + head.element() + "'");
            } else {
                tensors.put(name, new Stored(zip, member, type, shape, order, head.fortran()));
            }
        }
        return new SavedModel.Content(
                StateDict.toParameters(byPosition(tensors), true, metadata.get(MetadataCodec.ACTIVATION), notes),
                () -> MetadataCodec.decode(metadata));
    }

    /** Arrays that numpy.savez only counted are weights and biases in order. */
    private Map<String, StoredTensor> byPosition(Map<String, StoredTensor> tensors) {
        boolean counted = tensors.keySet().stream()
                .allMatch(name -> POSITION.matcher(name).matches());
        if (!counted || tensors.isEmpty()) {
            return tensors;
        }
        notes.accept("its arrays have no names and were taken as the weights and biases of layers in order");
        return StateDict.named(new ArrayList<>(tensors.values()));
    }

    private static Content content(ZipArchive zip, String member, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Content.ofStream(zip.title(member), new ByteArrayInputStream(copy), () -> {});
    }

    /** What follows the head. */
    private static ByteBuffer elements(ZipArchive zip, String member) throws IOException {
        ByteBuffer bytes = zip.read(member, Integer.MAX_VALUE - 8L);
        Content head = content(zip, member, bytes.slice(0, Math.min(bytes.remaining(), HEAD_BYTES)));
        NpyFormat.readHead(head);
        int start = Math.min(bytes.remaining(), HEAD_BYTES) - head.stream().available();
        return bytes.slice(start, bytes.remaining() - start);
    }

    /** As an entry of {@link MetadataCodec}: a number or text, numbers with commas between them, or a JSON array. */
    private String text(String member, String element, List<Long> shape, ByteOrder order) throws IOException {
        FileContents.require(
                zip.size(member) <= MAX_TEXT, "array \"" + member + "\" has " + zip.size(member) + " bytes");
        ByteBuffer elements = elements(zip, member).order(order);
        long count = OnnxShapes.count(shape);
        boolean isText = element.startsWith("U");
        ElementType type = ElementType.ofNumpy(element).orElse(null);
        FileContents.require(
                shape.size() <= 1 && count > 0 && elements.remaining() % count == 0 && (isText || type != null),
                "array \"" + member + "\" of '" + element + "' has shape " + shape);
        int bytes = (int) (elements.remaining() / count);
        List<String> texts = new ArrayList<>();
        double[] value = new double[1];
        for (int i = 0; i < count; i++) {
            ByteBuffer one = elements.slice(i * bytes, bytes).order(order);
            if (isText) {
                texts.add(characters(one));
            } else {
                FileContents.require(bytes == type.bytes(), "array \"" + member + "\" is damaged");
                type.toDoubles(one, value, 1);
                boolean whole = !type.isFloatingPoint();
                texts.add(whole ? String.valueOf((long) value[0]) : String.valueOf(value[0]));
            }
        }
        if (shape.isEmpty()) {
            return texts.get(0);
        }
        return isText
                ? texts.stream().map(HeaderJson::quote).collect(Collectors.joining(",", "[", "]"))
                : String.join(",", texts);
    }

    /** UTF-32, filled up with 0. */
    private static String characters(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder();
        while (bytes.remaining() >= Integer.BYTES) {
            int character = bytes.getInt();
            if (character != 0) {
                FileContents.require(Character.isValidCodePoint(character), "a text in it is damaged");
                text.appendCodePoint(character);
            }
        }
        return text.toString();
    }
}
