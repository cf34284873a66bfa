package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.MlpShape;

/** Whether samples fit a net. */
final class Fit {
    private Fit() {}

    static void require(Dataset samples, MlpShape layers) {
        if (samples.features() != layers.features()) {
            throw new IllegalArgumentException("the samples have %d features, but the net %s takes %d: give %s"
                    .formatted(
                            samples.features(),
                            layers,
                            layers.features(),
                            "--layers or weights that begin with " + samples.features() + ", or other data"));
        }
        if (samples.classes() > layers.classes()) {
            throw new IllegalArgumentException("the samples have %d classes, but the net %s has %d: give --layers or"
                            .formatted(samples.classes(), layers, layers.classes())
                    + " weights that end with " + samples.classes() + ", or other data");
        }
    }
}
