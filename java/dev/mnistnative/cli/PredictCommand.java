package dev.mnistnative.cli;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.image.DigitNormalizer;
import dev.mnistnative.image.GrayImage;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.image.PictureFolders;
import dev.mnistnative.image.TextBlocks;
import dev.mnistnative.image.UnreadableImageException;
import dev.mnistnative.model.Model;
import dev.mnistnative.model.Probabilities;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Task;
import dev.mnistnative.report.files.AnswerTable;
import dev.mnistnative.report.terminal.PredictionLines;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads digits from pictures and from files of samples. */
@Command(
        name = "predict",
        description = {
            "Predict the digit of each image: a line with the digit and the probabilities of all. Of a net of "
                    + "other outputs: "
                    + "the labels of a probability above 0.5 and the probabilities of all, or the values.",
            "Pictures are brought into MNIST's form: grey, bright ink on black, cropped, fitted into 20 x 20, centred "
                    + "by mass in 28 x 28. Samples of npy, IDX and CSV files go to the net as they are.",
            "What cannot be read is told, and the rest goes on; the exit code is then not 0."
        },
        footer = {
            "  mnist-native predict --model m.safetensors --show seven.png",
            "  mnist-native predict --model m.safetensors --json scans/*.jpg",
            "  mnist-native predict --model m.safetensors test.csv --csv answers.csv"
        })
final class PredictCommand implements Callable<Integer> {
    private static final String STANDARD_INPUT = "-";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelFile model;

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description = "PNG, JPEG, GIF, BMP or TIFF of any size and colour; or npy, IDX (gzipped or not), CSV, "
                    + "FILE.npz[:MEMBER]; told apart by content. A folder: all pictures in it. -: standard input.")
    private List<Path> images;

    @Option(
            names = "--show",
            description = "Print each image as the net sees it, in text blocks; and the image that an autoencoder "
                    + "makes of it.")
    private boolean show;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Option(
            names = "--csv",
            paramLabel = "F",
            description = "Write the answers to this file instead: a number from 1 and the class, a line each; or the "
                    + "probability "
                    + "of each label, or each value, in columns named as the targets.")
    private Path csv;

    @Option(
            names = "--id-name",
            paramLabel = "NAME",
            defaultValue = "id",
            description = "What --csv calls its first column; Kaggle's ImageId (default: id).")
    private String idName;

    @Option(
            names = "--answer-name",
            paramLabel = "NAME",
            description = "What --csv calls its second column; Kaggle's Label (default: label, or the target's name).")
    private String answerName;

    @Mixin
    private TableOptions table;

    @Mixin
    private InferenceOptions inference;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        Usage.refuse(show && json, spec, "--show and --json exclude each other: leave one out");
        int exitCode = ExitCode.DONE;
        try (Model predictor = inference.load(model, PlacementOptions.ANYWHERE)) {
            AnswerTable answers = new AnswerTable(
                    idName, answerName, predictor.info(), predictor.net().classes());
            PredictionLines lines = new PredictionLines(spec.commandLine().getOut(), json, predictor.info());
            Predictions predictions = new Predictions(predictor, lines, answers, new RangeNotes(spec));
            for (Path image : images) {
                exitCode = Math.max(exitCode, predictions.of(image));
            }
            if (csv != null) {
                answers.write(csv);
                spec.commandLine().getErr().println(csv + ": " + answers.size() + " answers");
            }
        }
        return exitCode;
    }

    /** What is asked of one model. */
    private final class Predictions {
        private final Model predictor;
        private final PredictionLines lines;
        private final AnswerTable answers;
        private final RangeNotes notes;

        Predictions(Model predictor, PredictionLines lines, AnswerTable answers, RangeNotes notes) {
            this.predictor = predictor;
            this.lines = lines;
            this.answers = answers;
            this.notes = notes;
        }

        /** Answers what is named; tells what is wrong with it and goes on. */
        int of(Path named) {
            if (!Files.isDirectory(named)) {
                return answered(named);
            }
            try {
                int exitCode = ExitCode.DONE;
                for (Path picture : PictureFolder.pictures(
                        named, note -> spec.commandLine().getErr().println(note))) {
                    exitCode = Math.max(exitCode, answered(picture));
                }
                return exitCode;
            } catch (IOException e) {
                return told(e);
            }
        }

        private int answered(Path file) {
            int before = answers.asked();
            try {
                read(file);
                return ExitCode.DONE;
            } catch (StandardOutput.ReaderGoneException e) {
                throw e; // nobody waits for the next
            } catch (IOException | RuntimeException e) {
                if (answers.asked() == before) {
                    answers.skip();
                }
                return told(e);
            }
        }

        private int told(Exception e) {
            CommandLine command = spec.commandLine();
            try {
                return e instanceof ParameterException wrong
                        ? command.getParameterExceptionHandler().handleParseException(wrong, new String[0])
                        : command.getExecutionExceptionHandler()
                                .handleExecutionException(e, command, command.getParseResult());
            } catch (RuntimeException unknown) {
                throw unknown;
            } catch (Exception unknown) {
                throw new IllegalStateException(unknown);
            }
        }

        private void read(Path file) throws IOException {
            if (file.toString().equals(STANDARD_INPUT)) {
                readOnce(System.in, "standard input");
            } else if (Files.exists(file) && !Files.isRegularFile(file)) {
                try (InputStream in = new FileInputStream(file.toFile())) {
                    readOnce(in, file.toString());
                }
            } else if (Files.exists(file) && PictureFiles.isPicture(file)) {
                picture(PictureFiles.read(file, this::remark), file.toString());
            } else {
                samples(DataFiles.readImages(file, options()), file.toString());
            }
        }

        /** A pipe, which cannot be looked into beforehand. */
        private void readOnce(InputStream stream, String name) throws IOException {
            BufferedInputStream in = new BufferedInputStream(stream);
            in.mark(PictureFiles.HEAD_BYTES);
            boolean isPicture = PictureFiles.isPicture(in.readNBytes(PictureFiles.HEAD_BYTES));
            in.reset();
            if (isPicture) {
                picture(PictureFiles.read(in.readAllBytes(), name, this::remark), name);
            } else {
                samples(DataFiles.readImages(in, name, options()), name);
            }
        }

        private void remark(String note) {
            spec.commandLine().getErr().println(note);
            spec.commandLine().getErr().flush();
        }

        private ReadOptions options() {
            return table.over(
                    ReadOptions.DEFAULT.withFeatureNames(predictor.info().featureNames()));
        }

        private void picture(GrayImage picture, String name) throws IOException {
            notes.pictures(model.path().toString(), predictor.info().preprocessing());
            byte[] pixels = pixels(picture, name);
            if (show) {
                float[] values = new float[pixels.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = pixels[i] & 0xff;
                }
                lines.image(values, isAsItIs(picture) ? picture.width() : DigitNormalizer.SIDE);
            }
            answer(name, predictor.outputs(pixels));
        }

        /** Whether the net takes pictures of this very size, and not MNIST's. */
        private boolean isAsItIs(GrayImage picture) {
            int features = predictor.net().features();
            return features != DigitNormalizer.SIDE * DigitNormalizer.SIDE && picture.values().length == features;
        }

        private byte[] pixels(GrayImage picture, String name) throws IOException {
            if (isAsItIs(picture)) {
                return PictureFolders.bytes(picture);
            }
            DataChecks.requirePictures(spec, predictor.net());
            try {
                return DigitNormalizer.normalize(picture);
            } catch (UnreadableImageException e) {
                throw new DataFormatException(name + ": " + e.getMessage() + "; give a picture of one digit.", e);
            }
        }

        private void samples(Dataset file, String name) throws IOException {
            Preprocessing preprocessing = predictor.info().preprocessing();
            try (Dataset read = file) {
                DataChecks.requireFit(spec, read, predictor.net(), "a model");
                notes.samples(name, preprocessing, read);
                Dataset samples = preprocessing.apply(read);
                int side = TextBlocks.side(samples.features());
                for (int i = 0; i < samples.size(); i++) {
                    if (show) {
                        lines.image(samples.sample(i), side == 0 ? samples.features() : side);
                    }
                    float[] logits = predictor.logits(samples.sample(i)); // it is prepared already
                    answer(name + "[" + i + "]", logits);
                }
            }
        }

        private void answer(String name, float[] outputs) throws IOException {
            float[] answer = Probabilities.rows(
                    predictor.info().task(), outputs, predictor.net().classes());
            answers.answer(answer);
            int side = TextBlocks.side(answer.length);
            if (show
                    && predictor.info().task() == Task.VALUES
                    && side > 0
                    && answer.length == predictor.net().features()) {
                lines.image(answer, side); // an autoencoder's answer is a picture itself
                return;
            }
            if (csv == null || json || show) {
                lines.prediction(name, answer);
            }
        }
    }
}
