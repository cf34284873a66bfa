package dev.mnistnative.cli;

import dev.mnistnative.data.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What was done to the samples before the net saw them, beyond the defaults. It is kept in the metadata of a saved model
 * ({@code scale}, {@code mean}, {@code std}), so that the model is evaluated on what it was trained on.
 *
 * @param scale null = the default of the samples' type
 * @param standardizer null = none
 */
record Preprocessing(PixelScale scale, Standardizer standardizer) {
    private static final String SCALE = "scale";
    private static final String MEAN = "mean";
    private static final String STD = "std";

    /** From a model's metadata. */
    static Preprocessing of(Path model, Map<String, String> metadata) {
        try {
            String scale = metadata.get(SCALE);
            boolean standardized = metadata.containsKey(MEAN) && metadata.containsKey(STD);
            return new Preprocessing(
                    scale == null ? null : PixelScale.parse(scale),
                    standardized ? Standardizer.of(numbers(metadata.get(MEAN)), numbers(metadata.get(STD))) : null);
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(
                    model + ": scale, mean or std in its metadata is wrong (" + e.getMessage() + "); save it anew", e);
        }
    }

    Map<String, String> metadata() {
        Map<String, String> entries = new LinkedHashMap<>();
        if (scale != null) {
            entries.put(SCALE, String.valueOf(scale.factor()));
        }
        if (standardizer != null) {
            entries.put(MEAN, text(standardizer.mean()));
            entries.put(STD, text(standardizer.std()));
        }
        return entries;
    }

    /** Standardised samples; the scale is applied when data is loaded. */
    Dataset standardized(Dataset samples) {
        return standardizer == null || samples == null ? samples : standardizer.apply(samples);
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    private static String text(double[] values) {
        return Arrays.stream(values).mapToObj(String::valueOf).collect(Collectors.joining(","));
    }
}
