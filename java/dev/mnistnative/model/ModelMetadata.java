package dev.mnistnative.model;

import dev.mnistnative.data.Standardizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a net's weights do not tell: what was done to the samples before it saw them, and what its classes are called. It
 * is kept in the metadata of a safetensors file ({@code scale}, {@code mean}, {@code std}, {@code class_names}).
 *
 * @param scale what bytes were multiplied by; null = by the default of the samples' type
 * @param standardizer fitted on the training part; null = none
 * @param classNames [classes], or empty
 */
public record ModelMetadata(Double scale, Standardizer standardizer, List<String> classNames) {
    /** Nothing beyond the defaults. */
    public static final ModelMetadata NONE = new ModelMetadata(null, null, List.of());

    private static final String SCALE = "scale";
    private static final String MEAN = "mean";
    private static final String STD = "std";
    private static final String CLASS_NAMES = "class_names";

    public ModelMetadata {
        if (scale != null && !(scale > 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("the scale " + scale + " must be a finite number above 0");
        }
        classNames = List.copyOf(classNames);
    }

    /**
     * From a file's metadata; what else is there is passed over.
     *
     * @throws IllegalArgumentException if an entry is wrong
     */
    public static ModelMetadata of(Map<String, String> entries) {
        String scale = entries.get(SCALE);
        boolean standardized = entries.containsKey(MEAN) && entries.containsKey(STD);
        String names = entries.get(CLASS_NAMES);
        return new ModelMetadata(
                scale == null ? null : Double.valueOf(scale),
                standardized ? Standardizer.of(numbers(entries.get(MEAN)), numbers(entries.get(STD))) : null,
                names == null ? List.of() : strings(names));
    }

    /** For {@link Safetensors#writeParameters(java.nio.file.Path, Parameters, Map)}. */
    public Map<String, String> toMap() {
        Map<String, String> entries = new LinkedHashMap<>();
        if (scale != null) {
            entries.put(SCALE, String.valueOf(scale));
        }
        if (standardizer != null) {
            entries.put(MEAN, text(standardizer.mean()));
            entries.put(STD, text(standardizer.std()));
        }
        if (!classNames.isEmpty()) {
            entries.put(
                    CLASS_NAMES, classNames.stream().map(HeaderJson::quote).collect(Collectors.joining(",", "[", "]")));
        }
        return entries;
    }

    /** The same with these names, one a class. */
    public ModelMetadata withClassNames(String... names) {
        return new ModelMetadata(scale, standardizer, List.of(names));
    }

    /** @throws IllegalArgumentException if there are names or means, but not as many as the net's classes or features */
    void requireFit(MlpShape shape) {
        if (!classNames.isEmpty() && classNames.size() != shape.classes()) {
            throw new IllegalArgumentException("there are " + classNames.size() + " class names, but the net " + shape
                    + " has " + shape.classes() + " classes");
        }
        if (standardizer != null && standardizer.mean().length != shape.features()) {
            throw new IllegalArgumentException("there are " + standardizer.mean().length + " means, but the net "
                    + shape + " has " + shape.features() + " features");
        }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
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
