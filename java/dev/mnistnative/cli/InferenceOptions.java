package dev.mnistnative.cli;

import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a saved model reads images, and where. */
final class InferenceOptions {
    @Option(
            names = "--scale",
            paramLabel = "unit|raw|FACTOR",
            description = "What pixels are multiplied by (default: as in training if the model's file says so, else "
                    + "unit for bytes, raw for floats).")
    private PixelScale scale;

    @Mixin
    private PlacementOptions placement;

    /** @param threads where none are given, 0 = all cores */
    Predictor load(ModelFile model, int threads) throws IOException {
        return Predictor.load(model.path(), placement.placement(threads), scale);
    }
}
