package dev.mnistnative.cli;

import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
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
    Model load(ModelFile model, Placement base) throws IOException {
        SavedModel saved = model.read();
        return Model.of(saved.parameters(), placement.over(base), scale.over(saved.info()));
    }
}
