package dev.mnistnative.format;

import dev.mnistnative.data.Standardizer;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.InputRange;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import dev.mnistnative.net.Task;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How what a net's numbers do not tell stands in files: an entry of text for each part that is there. */
final class MetadataCodec {
    static final String ACTIVATION = "activation";
    static final String SCALE = "scale";
    static final String SCALE_OF = "scale_of";
    static final String BYTES = "bytes";
    static final String INPUT_RANGE = "input_range";
    static final String MEAN = "mean";
    static final String STD = "std";
    static final String CLASS_NAMES = "class_names";
    static final String FEATURE_NAMES = "feature_names";
    static final String IGNORE_INDEX = "ignore_index";

    static final String TASK = "task";
    static final String TARGET_NAMES = "target_names";

    /** All of them. */
    static final Set<String> KEYS = Set.of(
            ACTIVATION,
            INPUT_RANGE,
            SCALE,
            SCALE_OF,
            MEAN,
            STD,
            CLASS_NAMES,
            FEATURE_NAMES,
            IGNORE_INDEX,
            TASK,
            TARGET_NAMES);

    private MetadataCodec() {}

    /**
     * From a file's metadata; what else is there is passed over.
     *
     * @throws IllegalArgumentException if an entry is wrong
     */
    static ModelInfo decode(Map<String, String> entries) {
        Preprocessing preprocessing = Preprocessing.NONE.withScaling(scaling(entries));
        if (entries.containsKey(MEAN) && entries.containsKey(STD)) {
            preprocessing =
                    preprocessing.withStandardizer(Standardizer.of(numbers(MEAN, entries), numbers(STD, entries)));
        }
        String range = entries.get(INPUT_RANGE);
        String ignored = entries.get(IGNORE_INDEX);
        return new ModelInfo(
                range == null ? preprocessing.withImpliedRange() : preprocessing.withRange(range(range)),
                strings(CLASS_NAMES, entries),
                strings(FEATURE_NAMES, entries),
                ignored == null ? ModelInfo.NONE.ignoreIndex() : whole(IGNORE_INDEX, ignored),
                task(entries),
                strings(TARGET_NAMES, entries));
    }

    /** Classes where nothing is said: files of others, and those of before there were other tasks. */
    private static Task task(Map<String, String> entries) {
        String id = entries.getOrDefault(TASK, Task.CLASSES.id());
        return Task.ofId(id)
                .orElseThrow(() -> new IllegalArgumentException(
                        TASK + " is '" + id + "', but can only be one of " + Arrays.toString(Task.values())));
    }

    private static InputRange range(String id) {
        return InputRange.ofId(id)
                .orElseThrow(() -> new IllegalArgumentException(INPUT_RANGE + " is '" + id
                        + "', but can only be one of " + Arrays.toString(InputRange.values())));
    }

    private static Scaling scaling(Map<String, String> entries) {
        String of = entries.get(SCALE_OF);
        if (of != null && !of.equals(BYTES)) {
            throw new IllegalArgumentException(SCALE_OF + " is '" + of + "', but can only be '" + BYTES + "'");
        }
        String scale = entries.get(SCALE);
        if (scale == null) {
            return Scaling.byType();
        }
        return of == null ? Scaling.all(number(SCALE, scale)) : Scaling.bytes(number(SCALE, scale));
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
        return net.withActivations(text);
    }

    /** The net's activations as text: one name if they are all the same; empty if there is no hidden layer. */
    static Optional<String> activations(Mlp net) {
        return net.layers() == 1 ? Optional.empty() : Optional.of(net.activationsText());
    }

    /** The entries that say what the net's activations are and what its numbers mean. */
    static Map<String, String> encode(Mlp net, ModelInfo info) {
        Map<String, String> entries = new LinkedHashMap<>();
        activations(net).ifPresent(text -> entries.put(ACTIVATION, text));
        entries.putAll(encode(info));
        return entries;
    }

    /** The entries that say what a net's numbers mean. */
    static Map<String, String> encode(ModelInfo info) {
        Map<String, String> entries = new LinkedHashMap<>();
        range(info).ifPresent(id -> entries.put(INPUT_RANGE, id));
        Scaling scaling = info.preprocessing().scaling();
        if (scaling instanceof Scaling.Bytes bytes) {
            entries.put(SCALE, String.valueOf(bytes.factor()));
            entries.put(SCALE_OF, BYTES);
        } else if (scaling instanceof Scaling.All all) {
            entries.put(SCALE, String.valueOf(all.factor()));
        }
        info.preprocessing().standardizer().ifPresent(fitted -> {
            entries.put(MEAN, text(fitted.mean()));
            entries.put(STD, text(fitted.std()));
        });
        put(entries, CLASS_NAMES, info.classNames());
        put(entries, FEATURE_NAMES, info.featureNames());
        if (info.ignoreIndex() != ModelInfo.NONE.ignoreIndex()) {
            entries.put(IGNORE_INDEX, String.valueOf(info.ignoreIndex()));
        }
        if (info.task() != Task.CLASSES) {
            entries.put(TASK, info.task().id());
        }
        put(entries, TARGET_NAMES, info.targetNames());
        return entries;
    }

    /** Which numbers the net was trained on, where the rest does not imply it. */
    static Optional<String> range(ModelInfo info) {
        Preprocessing preprocessing = info.preprocessing();
        return preprocessing.equals(preprocessing.withImpliedRange())
                ? Optional.empty()
                : Optional.of(preprocessing.range().id());
    }

    private static void put(Map<String, String> entries, String key, List<String> names) {
        if (!names.isEmpty()) {
            entries.put(key, names.stream().map(HeaderJson::quote).collect(Collectors.joining(",", "[", "]")));
        }
    }

    private static long whole(String key, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is '" + text + "', which is no whole number", e);
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

    /** A JSON array of strings; empty if it is not there. */
    private static List<String> strings(String key, Map<String, String> entries) {
        String json = entries.get(key);
        if (json == null) {
            return List.of();
        }
        Map<String, Object> object = HeaderJson.parse("{\"names\":" + json + "}");
        if (object.size() == 1
                && object.get("names") instanceof List<?> list
                && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException(key + " is no array of strings");
    }
}
