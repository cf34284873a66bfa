package dev.mnistnative.cli;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.image.DigitNormalizer;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.image.UnreadableImageException;
import dev.mnistnative.model.Model;
import dev.mnistnative.model.Softmax;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.report.terminal.PredictionLines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads digits from pictures and from files of samples. */
@Command(
        name = "predict",
        description = {
            "Predict the digit of each image: a line with the digit and the probabilities of all.",
            "Pictures are brought into MNIST's form: grey, bright ink on black, cropped, fitted into 20 x 20, centred "
                    + "by mass in 28 x 28. Samples of npy, IDX and CSV files go to the net as they are."
        },
        footer = {
            "  mnist-native predict --model m.safetensors --show seven.png",
            "  mnist-native predict --model m.safetensors --json scans/*.jpg"
        })
final class PredictCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelFile model;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "PNG, JPEG, GIF or BMP of any size and colour; or npy, IDX (gzipped or not), CSV; told "
                    + "apart by content.")
    private List<Path> images;

    @Option(names = "--show", description = "Print each image as the net sees it, in text blocks.")
    private boolean show;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Mixin
    private TableOptions table;

    @Mixin
    private InferenceOptions inference;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        Usage.refuse(show && json, spec, "--show and --json exclude each other: leave one out");
        try (Model predictor = inference.load(model, PlacementOptions.ANYWHERE)) {
            PredictionLines lines = new PredictionLines(
                    spec.commandLine().getOut(), json, predictor.info().classNames());
            RangeNotes notes = new RangeNotes(spec);
            for (Path image : images) {
                if (PictureFiles.isPicture(image)) {
                    notes.pictures(model.path().toString(), predictor.info().preprocessing());
                    predictPicture(predictor, image, lines);
                } else {
                    predictSamples(predictor, image, lines, notes);
                }
            }
        }
        return ExitCode.DONE;
    }

    private void predictPicture(Model predictor, Path file, PredictionLines lines) throws IOException {
        DataChecks.requirePictures(spec, predictor.net());
        byte[] pixels;
        try {
            pixels = DigitNormalizer.normalize(PictureFiles.read(file));
        } catch (UnreadableImageException e) {
            throw new DataFormatException(file + ": " + e.getMessage() + "; give a picture of one digit.", e);
        }
        if (show) {
            float[] values = new float[pixels.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = pixels[i] & 0xff;
            }
            lines.image(values, DigitNormalizer.SIDE);
        }
        lines.prediction(file.toString(), predictor.probabilities(pixels));
    }

    private void predictSamples(Model predictor, Path file, PredictionLines lines, RangeNotes notes)
            throws IOException {
        Preprocessing preprocessing = predictor.info().preprocessing();
        ReadOptions options =
                table.over(ReadOptions.DEFAULT.withFeatureNames(predictor.info().featureNames()));
        try (Dataset read = DataFiles.readImages(file, options)) {
            DataChecks.requireFit(spec, read, predictor.net());
            notes.samples(file.toString(), preprocessing, read);
            Dataset samples = preprocessing.apply(read);
            int side = TextBlocks.side(samples.features());
            for (int i = 0; i < samples.size(); i++) {
                if (show) {
                    lines.image(samples.sample(i), side == 0 ? samples.features() : side);
                }
                lines.prediction(file + "[" + i + "]", probabilities(predictor, samples.sample(i)));
            }
        }
    }

    /** Of a sample that is prepared already. */
    private static float[] probabilities(Model predictor, float[] inputs) {
        return Softmax.rows(predictor.logits(inputs), predictor.net().classes());
    }
}
