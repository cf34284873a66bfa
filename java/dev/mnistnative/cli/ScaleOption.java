package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.InputRange;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import picocli.CommandLine.Option;

/** What pixels are multiplied by. */
final class ScaleOption {
    @Option(
            names = "--scale",
            paramLabel = "unit|raw|FACTOR",
            description = "What pixels are multiplied by; unit is 1/255 (default: what brings them to the numbers that "
                    + "the net was trained on; in training, unit for bytes and for pictures of whole numbers 0 to "
                    + "255, raw for floats).")
    private PixelScale scale;

    boolean given() {
        return scale != null;
    }

    /** The samples with the scale given. */
    Dataset over(Dataset base) {
        return scale == null ? base : base.withScale(scale.factor());
    }

    /** What is done to samples of a trained net: with a scale given they are multiplied by it, whatever they are. */
    ModelInfo over(ModelInfo base) {
        return scale == null
                ? base
                : base.withPreprocessing(overTraining(base.preprocessing()).withRange(InputRange.UNKNOWN));
    }

    /**
     * What is done to the samples of a run, and later to others: with a scale given the training set is multiplied by
     * it.
     */
    Preprocessing overTraining(Preprocessing base) {
        return scale == null ? base : base.withScaling(Scaling.all(scale.factor()));
    }
}
