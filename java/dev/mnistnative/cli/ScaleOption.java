package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Scaling;
import picocli.CommandLine.Option;

/** What pixels are multiplied by. */
final class ScaleOption {
    @Option(
            names = "--scale",
            paramLabel = "unit|raw|FACTOR",
            description = "What pixels are multiplied by; unit is 1/255 (default: what the model's file says, else "
                    + "unit for bytes, raw for floats).")
    private PixelScale scale;

    boolean given() {
        return scale != null;
    }

    /** The samples with the scale given. */
    Dataset over(Dataset base) {
        return scale == null ? base : base.withScale(scale.factor());
    }

    /** What is done to samples, with the scale given. */
    ModelInfo over(ModelInfo base) {
        return scale == null
                ? base
                : base.withPreprocessing(base.preprocessing().withScaling(Scaling.all(scale.factor())));
    }
}
