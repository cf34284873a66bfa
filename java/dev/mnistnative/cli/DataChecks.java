package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.image.DigitNormalizer;
import dev.mnistnative.net.Mlp;
import picocli.CommandLine.Model.CommandSpec;

/** Whether samples fit a net. */
final class DataChecks {
    private DataChecks() {}

    /** Whether samples, and labels if there are some, fit a net of classes. */
    static void requireFit(CommandSpec command, Dataset samples, Mlp layers, String other) {
        Usage.refuse(
                samples.features() != layers.features(),
                command,
                "the samples have %d features, but the net %s takes %d: give %s beginning with %d, or other data",
                samples.features(),
                layers,
                layers.features(),
                other,
                samples.features());
        Usage.refuse(
                samples.classes() > layers.classes(),
                command,
                "the samples have %d classes, but the net %s has %d: give %s ending with %d, or other data",
                samples.classes(),
                layers,
                layers.classes(),
                other,
                samples.classes());
    }

    /** Whether a net takes pictures: 28 x 28 pixels. */
    static void requirePictures(CommandSpec command, Mlp layers) {
        int pixels = DigitNormalizer.SIDE * DigitNormalizer.SIDE;
        Usage.refuse(
                layers.features() != pixels,
                command,
                "the net %s takes %d features, but a picture becomes %d pixels: give a net that begins with %d",
                layers,
                layers.features(),
                pixels,
                pixels);
    }
}
