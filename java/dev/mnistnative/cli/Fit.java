package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.image.DigitNormalizer;
import dev.mnistnative.net.Mlp;
import java.util.List;

/** Whether samples fit a net. */
final class Fit {
    private Fit() {}

    static void require(Dataset samples, Mlp layers) {
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

    /** Whether every class has a name, or none. */
    static void requireNames(List<String> names, Mlp layers) {
        if (!names.isEmpty() && names.size() != layers.classes()) {
            throw new IllegalArgumentException(
                    "there are %d class names, but the net %s has %d classes: give --layers that end with %d"
                            .formatted(names.size(), layers, layers.classes(), names.size()));
        }
    }

    /** Whether a net takes pictures: 28 x 28 pixels. */
    static void requirePictures(Mlp layers) {
        int pixels = DigitNormalizer.SIDE * DigitNormalizer.SIDE;
        if (layers.features() != pixels) {
            throw new IllegalArgumentException(
                    "the net %s takes %d features, but a picture becomes %d pixels: give a net that begins with %d"
                            .formatted(layers, layers.features(), pixels, pixels));
        }
    }
}
