package dev.mnistnative.cli;

import dev.mnistnative.data.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.model.ModelMetadata;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What was done to the samples before the net saw them, beyond the defaults. It is kept in the metadata of a saved model
 * ({@link ModelMetadata}), so that the model is evaluated on what it was trained on.
 *
 * @param scale null = the default of the samples' type
 * @param standardizer null = none
 */
record Preprocessing(PixelScale scale, Standardizer standardizer) {
    /** From a model's metadata. */
    static Preprocessing of(Path model, Map<String, String> metadata) {
        try {
            ModelMetadata saved = ModelMetadata.of(metadata);
            return new Preprocessing(
                    saved.scale() == null ? null : new PixelScale(saved.scale()), saved.standardizer());
        } catch (IllegalArgumentException e) {
            throw new DataFormatException(
                    model + ": scale, mean or std in its metadata is wrong (" + e.getMessage() + "); save it anew", e);
        }
    }

    Map<String, String> metadata() {
        return new ModelMetadata(scale == null ? null : scale.factor(), standardizer, List.of()).toMap();
    }

    /** Standardised samples; the scale is applied when data is loaded. */
    Dataset standardized(Dataset samples) {
        return standardizer == null || samples == null ? samples : standardizer.apply(samples);
    }
}
