package dev.mnistnative.cli;

import dev.mnistnative.net.Placement;
import java.io.IOException;
import picocli.CommandLine.Mixin;

/** How a saved model reads images, and where. */
final class InferenceOptions {
    @Mixin
    private ScaleOption scale;

    @Mixin
    private PlacementOptions placement;

    /** @param base where it computes unless the options say otherwise */
    Predictor load(ModelFile model, Placement base) throws IOException {
        return Predictor.load(model.path(), placement.over(base), scale);
    }
}
