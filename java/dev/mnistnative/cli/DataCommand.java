package dev.mnistnative.cli;

import dev.mnistnative.data.Answers;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformation;
import dev.mnistnative.data.Deformer;
import dev.mnistnative.data.NumberRange;
import dev.mnistnative.data.OneHot;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.report.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a data set is made of, with the source article's demonstration of one-hot labels. */
@Command(
        name = "data",
        description =
                "Show a data set: shapes, types, label histogram, first labels, one-hot matrix; ranges of targets.",
        footer = {
            "  mnist-native data --show 3",
            "  mnist-native data --show 1 --augment strong",
            "  mnist-native data --images x.npy --labels y.npy --one-hot 0"
        })
final class DataCommand implements Callable<Integer> {
    private static final int FIRST_LABELS = 10;

    /** Enough to see how strong a deformation is. */
    private static final int SHOWN_EPOCHS = 3;

    /** Outputs that are told one by one. */
    private static final int MOST_OUTPUTS = 32;

    /** Numbers of a matrix that somebody might read: a label of a billion would make one of gigabytes. */
    private static final long MOST_PRINTED = 1_000_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Mixin
    private IgnoreIndexOption ignored;

    @Option(
            names = "--one-hot",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rows of the one-hot matrix (default: 5).")
    private int oneHotRows;

    @Option(
            names = "--show",
            paramLabel = "N",
            defaultValue = "0",
            description = "Show the first N images in text blocks (default: 0).")
    private int shown;

    @Option(
            names = "--augment",
            paramLabel = AugmentHelp.VALUES,
            defaultValue = "none",
            description = "With --show: each image as the first epochs of 'train --augment' see it, too. "
                    + AugmentHelp.MEANING)
    private Deformation deformation;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the run whose deformations --augment shows (default: 0).")
    private long seed;

    @Mixin
    private ImageShapeOption imageShape;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        Usage.refuse(oneHotRows < 0, spec, "--one-hot is " + oneHotRows + ", but must be at least 0");
        Usage.refuse(shown < 0, spec, "--show is " + shown + ", but must be at least 0");
        Usage.refuse(
                !deformation.isNone() && shown == 0,
                spec,
                "--augment is for the images that are shown: say how many with --show N");
        PrintWriter out = spec.commandLine().getOut();
        ReadOptions options = ReadOptions.DEFAULT
                .withIgnoreIndex(ignored.over(Dataset.DEFAULT_IGNORE_INDEX))
                .withAnswers(data.targetOption().isPresent() ? Answers.TARGETS : Answers.LABELS);
        try (TrainingData read = imageShape.over(data.load(options).map(data.scale()::over))) {
            TrainingData taught = read.map(data.targets()::ofInput);
            describe(out, "train", taught.training());
            taught.evaluation().ifPresent(test -> describe(out, "test", test));
            if (taught.training().hasLabels()) {
                int[] labels = firstLabels(taught.training(), FIRST_LABELS);
                out.println("first " + labels.length + " labels: " + joined(labels));
                printOneHot(out, taught.training());
            }
            printImages(out, taught.training());
        }
        return ExitCode.DONE;
    }

    private static void describe(PrintWriter out, String name, Dataset samples) {
        NumberRange numbers = samples.range();
        String type = samples.pixelType() == PixelType.UINT8
                ? "uint8, scaled by " + (float) samples.scale()
                : "float32, from " + (float) numbers.least() + " to " + (float) numbers.greatest();
        String shape = IntStream.concat(IntStream.of(samples.size()), Arrays.stream(samples.sampleShape()))
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", ", "[", "]"));
        out.printf(Locale.ROOT, "%s images: shape %s, %s%n", name, shape, type);
        if (samples.hasTargets()) {
            describeTargets(out, name, samples);
        }
        samples.sampleWeights().ifPresent(weights -> {
            Extent extent = Extent.of(weights, 0, 1);
            out.println(name + " sample weights: shape [" + samples.size() + "], float32, " + extent + ", sum "
                    + (float) extent.sum());
        });
        if (samples.hasLabels()) {
            describeLabels(out, name, samples);
        }
    }

    private static void describeTargets(PrintWriter out, String name, Dataset samples) {
        int outputs = samples.outputs();
        out.printf(
                Locale.ROOT,
                "%s targets: shape [%d, %d], float32, %s%n",
                name,
                samples.size(),
                outputs,
                Extent.of(samples.targets(), 0, 1));
        if (outputs > 1 && outputs <= MOST_OUTPUTS) {
            List<String> names = samples.targetNames();
            for (int k = 0; k < outputs; k++) {
                out.println("  " + (names.isEmpty() ? String.valueOf(k) : Printable.text(names.get(k))) + ": "
                        + Extent.of(samples.targets(), k, outputs));
            }
        }
    }

    /** Of some numbers. */
    private record Extent(double least, double greatest, double sum, int count) {
        /** Every `step`-th number from `first` on. */
        static Extent of(FloatBuffer values, int first, int step) {
            double least = Double.POSITIVE_INFINITY;
            double greatest = Double.NEGATIVE_INFINITY;
            double sum = 0;
            for (int i = first; i < values.limit(); i += step) {
                least = Math.min(least, values.get(i));
                greatest = Math.max(greatest, values.get(i));
                sum += values.get(i);
            }
            return new Extent(least, greatest, sum, values.limit() / step);
        }

        @Override
        public String toString() {
            return "from " + (float) least + " to " + (float) greatest + ", mean " + (float) (sum / count);
        }
    }

    private static void describeLabels(PrintWriter out, String name, Dataset samples) {
        out.printf(Locale.ROOT, "%s labels: shape [%d], int32, %d classes%n", name, samples.size(), samples.classes());
        Map<Integer, Integer> histogram = new TreeMap<>();
        for (int i = 0; i < samples.size(); i++) {
            histogram.merge(samples.label(i), 1, Integer::sum);
        }
        out.printf(Locale.ROOT, "%s histogram:%n", name);
        histogram.forEach((label, count) -> out.printf(Locale.ROOT, "  %4d: %d%n", label, count));
    }

    /** Rows as NumPy prints an integer matrix. Labels to be ignored have no column and are left out. */
    private void printOneHot(PrintWriter out, Dataset samples) {
        int[] labels = Arrays.stream(firstLabels(samples, oneHotRows))
                .filter(label -> label != samples.ignoreIndex())
                .toArray();
        out.printf(
                Locale.ROOT,
                "one-hot matrix of the first %d labels: shape [%d, %d]%n",
                labels.length,
                labels.length,
                samples.classes());
        if ((long) labels.length * samples.classes() > MOST_PRINTED) {
            out.println("(too large to print)");
            return;
        }
        int[][] rows = OneHot.encode(labels, samples.classes());
        for (int i = 0; i < rows.length; i++) {
            out.println((i == 0 ? "[[" : " [") + joined(rows[i]) + (i == rows.length - 1 ? "]]" : "]"));
        }
    }

    private void printImages(PrintWriter out, Dataset samples) {
        if (shown == 0) {
            return;
        }
        Dataset first = samples.limit(shown);
        List<Dataset> epochs = deformed(first);
        for (int i = 0; i < first.size(); i++) {
            out.println("image " + i + (first.hasLabels() ? ", label " + first.label(i) : "") + ":");
            out.print(TextBlocks.of(first.sample(i), width(first)));
            for (int epoch = 0; epoch < epochs.size(); epoch++) {
                out.println("image " + i + " in epoch " + (epoch + 1) + ":");
                out.print(TextBlocks.of(epochs.get(epoch).sample(i), width(first)));
            }
        }
    }

    /** As the first epochs see them. */
    private List<Dataset> deformed(Dataset samples) {
        if (deformation.isNone()) {
            return List.of();
        }
        imageShape.requirePictures(samples);
        try (Deformer deformer = new Deformer(samples, deformation, seed, 0)) {
            return IntStream.range(0, SHOWN_EPOCHS).mapToObj(deformer::deformed).toList();
        }
    }

    private static int width(Dataset samples) {
        int[] shape = samples.sampleShape();
        int side = TextBlocks.side(samples.features());
        return shape.length == 2 ? shape[1] : side == 0 ? samples.features() : side;
    }

    private static int[] firstLabels(Dataset samples, int count) {
        return IntStream.range(0, Math.min(count, samples.size()))
                .map(samples::label)
                .toArray();
    }

    private static String joined(int[] values) {
        return Arrays.stream(values).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }
}
