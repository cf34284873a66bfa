package dev.mnistnative.format;

import dev.mnistnative.data.Standardizer;
import dev.mnistnative.net.ModelMetadata;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How a model's metadata stands in files: an entry of text for each part that is there. */
public final class MetadataCodec {
    static final String SCALE = "scale";
    static final String SCALE_OF = "scale_of";
    static final String BYTES = "bytes";
    static final String MEAN = "mean";
    static final String STD = "std";
    static final String CLASS_NAMES = "class_names";

    private MetadataCodec() {}

    /**
     * From a file's metadata; what else is there is passed over.
     *
     * @throws IllegalArgumentException if an entry is wrong
     */
    public static ModelMetadata decode(Map<String, String> entries) {
        String scale = entries.get(SCALE);
        boolean standardized = entries.containsKey(MEAN) && entries.containsKey(STD);
        String names = entries.get(CLASS_NAMES);
        return new ModelMetadata(
                scale == null ? null : number(SCALE, scale),
                scaleOfBytes(entries.get(SCALE_OF)),
                standardized ? Standardizer.of(numbers(MEAN, entries), numbers(STD, entries)) : null,
                names == null ? List.of() : strings(names));
    }

    private static boolean scaleOfBytes(String text) {
        if (text != null && !text.equals(BYTES)) {
            throw new IllegalArgumentException(SCALE_OF + " is '" + text + "', but can only be '" + BYTES + "'");
        }
        return text != null;
    }

    /** The entries that say what the metadata says. */
    public static Map<String, String> encode(ModelMetadata metadata) {
        Map<String, String> entries = new LinkedHashMap<>();
        if (metadata.scale() != null) {
            entries.put(SCALE, String.valueOf(metadata.scale()));
            if (metadata.bytesOnly()) {
                entries.put(SCALE_OF, BYTES);
            }
        }
        if (metadata.standardizer() != null) {
            entries.put(MEAN, text(metadata.standardizer().mean()));
            entries.put(STD, text(metadata.standardizer().std()));
        }
        if (!metadata.classNames().isEmpty()) {
            entries.put(
                    CLASS_NAMES,
                    metadata.classNames().stream().map(HeaderJson::quote).collect(Collectors.joining(",", "[", "]")));
        }
        return entries;
    }

    private static double number(String key, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " in its metadata has '" + text + "', which is no number", e);
        }
    }

    private static double[] numbers(String key, Map<String, String> entries) {
        return Arrays.stream(entries.get(key).split(","))
                .mapToDouble(text -> number(key, text))
                .toArray();
    }

    private static String text(double[] values) {
        return Arrays.stream(values).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }

    /** A JSON array of strings. */
    private static List<String> strings(String json) {
        Map<String, Object> object = HeaderJson.parse("{\"names\":" + json + "}");
        if (object.size() == 1
                && object.get("names") instanceof List<?> list
                && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException("class_names is no array of strings");
    }
}
