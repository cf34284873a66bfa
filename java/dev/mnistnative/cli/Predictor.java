package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.ModelMetadata;
import dev.mnistnative.net.Placement;
import dev.mnistnative.serve.DigitModel;
import java.io.IOException;
import java.nio.file.Path;

/** A saved model together with what was done to the samples that it learnt from. */
final class Predictor implements DigitModel, AutoCloseable {
    private final Model model;

    private Predictor(Model model) {
        this.model = model;
    }

    /** @param scale what pixels are multiplied by; where none is given, what the file says, else by the samples' type */
    static Predictor load(Path file, Placement placement, ScaleOption scale) throws IOException {
        SavedModel saved = SavedModel.read(file);
        return new Predictor(Model.of(saved.parameters(), placement, scale.over(saved.metadata())));
    }

    Model model() {
        return model;
    }

    /** Samples as the net takes them. */
    Dataset prepared(Dataset samples) {
        return model.metadata().prepare(samples);
    }

    @Override
    public float[] probabilities(byte[] pixels) {
        ModelMetadata metadata = model.metadata();
        if (metadata.standardizer() == null) {
            return model.probabilities(pixels, metadata.scale() == null ? Dataset.UNIT_SCALE : metadata.scale());
        }
        try (Dataset samples = prepared(Dataset.ofBytes(pixels, pixels.length, null))) {
            return model.probabilities(samples.sample(0));
        }
    }

    @Override
    public String description() {
        return model.net() + " on " + model.device();
    }

    @Override
    public long nativeBytes() {
        return model.nativeBytes();
    }

    @Override
    public void close() {
        model.close();
    }
}
