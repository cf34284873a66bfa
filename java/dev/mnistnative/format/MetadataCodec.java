package dev.mnistnative.format;

import dev.mnistnative.data.Standardizer;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelMetadata;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How what a net's numbers do not tell stands in files: an entry of text for each part that is there. */
public final class MetadataCodec {
    static final String ACTIVATION = "activation";
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

    /**
     * The net with the activations that a file tells: one name for all hidden layers, or one each, separated by commas.
     *
     * @param text null = ReLU
     * @throws IllegalArgumentException if a name is not known, or they are not as many as the hidden layers
     */
    static Mlp withActivations(Mlp net, String text) {
        if (text == null) {
            return net.withActivation(Activation.RELU);
        }
        List<Activation> each =
                Arrays.stream(text.split(",", -1)).map(Activation::of).toList();
        return each.size() == 1 ? net.withActivation(each.get(0)) : net.withActivations(each);
    }

    /** The net's activations as text: one name if they are all the same; empty if there is no hidden layer. */
    static Optional<String> activations(Mlp net) {
        boolean same = Set.copyOf(net.activations()).size() == 1;
        return net.activations().stream()
                .limit(same ? 1 : Long.MAX_VALUE)
                .map(Activation::id)
                .reduce((all, next) -> all + "," + next);
    }

    /** The entries that say what the net's activations are and what the metadata says. */
    public static Map<String, String> encode(Mlp net, ModelMetadata metadata) {
        Map<String, String> entries = new LinkedHashMap<>();
        activations(net).ifPresent(text -> entries.put(ACTIVATION, text));
        entries.putAll(encode(metadata));
        return entries;
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
