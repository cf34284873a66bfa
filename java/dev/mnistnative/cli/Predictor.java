package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Model;
import dev.mnistnative.model.Parameters;
import dev.mnistnative.model.Placement;
import dev.mnistnative.model.Safetensors;
import dev.mnistnative.serve.DigitModel;
import java.io.IOException;
import java.nio.file.Path;

/** A saved model together with what was done to the samples that it learnt from. */
final class Predictor implements DigitModel, AutoCloseable {
    private final Model model;
    private final Preprocessing preprocessing;

    private Predictor(Model model, Preprocessing preprocessing) {
        this.model = model;
        this.preprocessing = preprocessing;
    }

    /** @param scale what pixels are multiplied by; null = what the file says, else by the samples' type */
    static Predictor load(Path file, Placement placement, PixelScale scale) throws IOException {
        Parameters parameters = Safetensors.readParameters(file);
        Preprocessing saved = Preprocessing.of(file, Safetensors.read(file).metadata());
        PixelScale applied = scale == null ? saved.scale() : scale;
        return new Predictor(Model.of(parameters, placement), new Preprocessing(applied, saved.standardizer()));
    }

    Model model() {
        return model;
    }

    /** Samples as the net takes them. */
    Dataset prepared(Dataset samples) {
        PixelScale scale = preprocessing.scale();
        return preprocessing.standardized(scale == null ? samples : scale.apply(samples));
    }

    @Override
    public float[] probabilities(byte[] pixels) {
        if (preprocessing.standardizer() == null) {
            double scale = preprocessing.scale() == null
                    ? Dataset.UNIT_SCALE
                    : preprocessing.scale().factor();
            return model.probabilities(pixels, scale);
        }
        try (Dataset samples = prepared(Dataset.ofBytes(pixels, pixels.length, null))) {
            return model.probabilities(samples.sample(0));
        }
    }

    @Override
    public String description() {
        return model.shape() + " on " + model.device();
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
