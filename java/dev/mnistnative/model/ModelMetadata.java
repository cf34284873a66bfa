package dev.mnistnative.model;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.Standardizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a net's weights do not tell: what was done to the samples before it saw them, and what its classes are called.
 * It is kept in the metadata of model files and checkpoints ({@code scale}, {@code scale_of}, {@code mean}, {@code
 * std}, {@code class_names}).
 *
 * @param scale what samples were multiplied by; null = by the default of their type
 * @param bytesOnly whether only bytes were, and floats are to be taken as they are
 * @param standardizer fitted on the training part; null = none
 * @param classNames [classes], or empty
 */
public record ModelMetadata(Double scale, boolean bytesOnly, Standardizer standardizer, List<String> classNames) {
    /** Nothing beyond the defaults. */
    public static final ModelMetadata NONE = new ModelMetadata(null, false, null, List.of());

    static final String SCALE = "scale";
    static final String SCALE_OF = "scale_of";
    static final String BYTES = "bytes";
    static final String MEAN = "mean";
    static final String STD = "std";
    static final String CLASS_NAMES = "class_names";

    public ModelMetadata {
        if (scale != null && !(scale > 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("the scale " + scale + " must be a finite number above 0");
        }
        classNames = List.copyOf(classNames);
    }

    /** What a data set tells: the scale of its bytes (of floats it is not known) and the names of its classes. */
    public static ModelMetadata of(Dataset training) {
        boolean bytes = training.pixelType() == PixelType.UINT8;
        return new ModelMetadata(bytes ? training.scale() : null, bytes, null, training.classNames());
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

    /** For {@link Safetensors#writeParameters(java.nio.file.Path, Parameters, Map)}. */
    public Map<String, String> toMap() {
        Map<String, String> entries = new LinkedHashMap<>();
        if (scale != null) {
            entries.put(SCALE, String.valueOf(scale));
            if (bytesOnly) {
                entries.put(SCALE_OF, BYTES);
            }
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

    /** The same with this scale for samples of every type. */
    public ModelMetadata withScale(double factor) {
        return new ModelMetadata(factor, false, standardizer, classNames);
    }

    /** The same with this standardisation; null = none. */
    public ModelMetadata withStandardizer(Standardizer fitted) {
        return new ModelMetadata(scale, bytesOnly, fitted, classNames);
    }

    /** The same with these names, one a class. */
    public ModelMetadata withClassNames(List<String> names) {
        return new ModelMetadata(scale, bytesOnly, standardizer, names);
    }

    /** The same with these names, one a class. */
    public ModelMetadata withClassNames(String... names) {
        return withClassNames(List.of(names));
    }

    /**
     * Samples as the net was trained to see them: scaled and standardised. They are the caller's to close; these stay
     * open.
     */
    public Dataset prepare(Dataset samples) {
        return standardized(scales(samples) ? samples.withScale(scale) : samples);
    }

    /** The same without the scale, for samples that have theirs. */
    public Dataset standardized(Dataset samples) {
        return standardizer == null ? samples : standardizer.apply(samples);
    }

    private boolean scales(Dataset samples) {
        return scale != null && !(bytesOnly && samples.pixelType() == PixelType.FLOAT32);
    }

    /**
     * @throws IllegalArgumentException if there are names or means, but not as many as the net's classes or features
     */
    public void requireFit(MlpShape shape) {
        if (!classNames.isEmpty() && classNames.size() != shape.classes()) {
            throw new IllegalArgumentException("there are " + classNames.size() + " class names, but the net " + shape
                    + " has " + shape.classes() + " classes");
        }
        if (standardizer != null && standardizer.mean().length != shape.features()) {
            throw new IllegalArgumentException("there are " + standardizer.mean().length + " means, but the net "
                    + shape + " has " + shape.features() + " features");
        }
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
