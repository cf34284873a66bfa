package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformer;
import dev.mnistnative.data.TrainingData;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The width and the height of pictures that lie in a row. */
final class ImageShapeOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--image-shape",
            paramLabel = "WxH",
            description = "Width and height of the pictures that samples are, e.g. 28x28 for a CSV file of 784 columns "
                    + "(default: the file's shape).")
    private Shape shape;

    /** Pixels of a row, rows. */
    record Shape(int width, int height) {
        private static final Pattern TEXT = Pattern.compile("([1-9]\\d{0,8})x([1-9]\\d{0,8})");

        static Shape parse(String text) {
            Matcher numbers = TEXT.matcher(text);
            if (!numbers.matches()) {
                throw new IllegalArgumentException("'" + text + "' is no WIDTHxHEIGHT such as 28x28");
            }
            return new Shape(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
        }

        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    /** The data under the shape that is given. */
    TrainingData over(TrainingData read) {
        return shape == null ? read : read.map(this::over);
    }

    private Dataset over(Dataset samples) {
        Usage.refuse(
                (long) shape.width * shape.height != samples.features(),
                command,
                "--image-shape " + shape + " has " + (long) shape.width * shape.height
                        + " pixels, but the samples have " + samples.features() + " features");
        return samples.withSampleShape(shape.height, shape.width);
    }

    /** Refuses samples that cannot be deformed. */
    void requirePictures(Dataset samples) {
        int[] there = samples.sampleShape();
        try {
            Deformer.requirePictures(there);
        } catch (IllegalArgumentException e) {
            String what = there.length == 1
                    ? "samples of " + there[0] + " numbers in a row are no pictures"
                    : "samples of the shape " + Arrays.toString(there) + " are no pictures that can be deformed";
            throw Usage.error(command, what + ": give their --image-shape, e.g. 28x28, or --augment none");
        }
    }
}
