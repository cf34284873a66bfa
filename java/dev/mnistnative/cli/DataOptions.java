package dev.mnistnative.cli;

import dev.mnistnative.data.Answers;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.SampleFiles;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.image.PictureFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where samples come from. */
final class DataOptions {
    private static final String EMBEDDED = "mnist";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--data",
            paramLabel = "mnist|DIR|FILE",
            description = {
                "mnist: the embedded one (default). DIR: holds IDX files (train-images-idx3-ubyte[.gz] ...) or "
                        + "x_train.npy, y_train_label.npy and optionally x_test.npy, y_test_label.npy; or a folder of "
                        + "pictures for each class, in train and test or in itself. "
                        + "FILE: an npz with both, or a CSV file with --label-column."
            })
    private String data;

    @Option(
            names = "--images",
            paramLabel = "F",
            description = "One file of samples: npy, IDX, gzipped or not, or CSV; told apart by its content.")
    private Path images;

    @Option(names = "--labels", paramLabel = "F", description = "Their labels: npy or IDX.")
    private Path labels;

    @Option(names = "--test-images", paramLabel = "F", description = "The same for the test set.")
    private Path testImages;

    @Option(names = "--test-labels", paramLabel = "F", description = "The same for the test set.")
    private Path testLabels;

    @Mixin
    private TableOptions table;

    @Mixin
    private TargetOptions targets;

    @Mixin
    private ScaleOption scale;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Only the first N samples: of the training set, or of those to evaluate (default: all).")
    private Integer limit;

    /** Reads and cuts the data, which keeps its numbers; {@link IllegalArgumentException} if a file is bad. */
    TrainingData load(ReadOptions options) throws IOException {
        checkCombination(options.answers());
        TrainingData read = targets.over(read(targets.over(table.over(options))));
        return new TrainingData(limited(read.training()), read.evaluation(), read.evaluatedOn());
    }

    /** What a net is evaluated on: the test set if there is one; of a folder or an npz nothing else is read. */
    Dataset loadForEvaluation(ReadOptions options) throws IOException {
        checkCombination(options.answers());
        ReadOptions all = targets.over(table.over(options));
        if (images == null && data != null && !data.equals(EMBEDDED) && !isTable()) {
            boolean pictures = Files.isDirectory(existing()) && PictureFolders.isThere(existing());
            return limited(targets.overEvaluated(
                    pictures ? PictureFolders.readTest(existing(), all) : DataFiles.readTest(existing(), all)));
        }
        TrainingData read = read(all);
        return limited(targets.overEvaluated(read.evaluation().orElse(read.training())));
    }

    /** The first samples that {@code --limit} lets through. */
    private Dataset limited(Dataset dataset) {
        return limit == null ? dataset : Usage.checked(command, () -> dataset.limit(limit));
    }

    /** Whether and how pixels are scaled otherwise than by their type. */
    ScaleOption scale() {
        return scale;
    }

    /** What the samples should become, where that is no class. */
    TargetOptions targets() {
        return targets;
    }

    /** The option that gives targets, if one is given. */
    Optional<String> targetOption() {
        if (targets.given()) {
            return Optional.of("--targets");
        }
        return table.hasTargetColumns() ? Optional.of("--target-columns") : Optional.empty();
    }

    private TrainingData read(ReadOptions options) throws IOException {
        if (images != null) {
            return DataFiles.read(
                    files(images, labels),
                    Optional.ofNullable(testImages).map(test -> files(test, testLabels)),
                    options);
        }
        if (data == null || data.equals(EMBEDDED)) {
            return TrainingData.withTest(
                    HeadStart.trainingSet().withIgnoreIndex(options.ignoreIndex()),
                    HeadStart.testSet().withIgnoreIndex(options.ignoreIndex()));
        }
        Path path = existing();
        if (Files.isDirectory(path) && PictureFolders.isThere(path)) {
            return PictureFolders.read(path, options);
        }
        return isTable() ? TrainingData.of(DataFiles.read(path, options)) : DataFiles.readFolder(path, options);
    }

    /** Whether the data are one CSV file. */
    private boolean isTable() {
        return (table.hasLabelColumn() || table.hasTargetColumns()) && !Files.isDirectory(existing());
    }

    private Path existing() {
        Path path = Path.of(data);
        if (!Files.exists(path)) {
            throw Usage.error(
                    command,
                    "--data " + data + ": there is no such folder or file; "
                            + (data.contains(".npz:")
                                    ? "name members of an npz with --images and --labels"
                                    : "check the path, or say mnist"));
        }
        return path;
    }

    private static SampleFiles files(Path samples, Path labelsOrNull) {
        return new SampleFiles(samples, Optional.ofNullable(labelsOrNull));
    }

    /** @param wanted what the command needs beside the samples */
    private void checkCombination(Answers wanted) {
        boolean learnsTargets = wanted == Answers.TARGETS;
        conflict(
                learnsTargets && !targets.given() && (labels != null || testLabels != null),
                "--labels and --test-labels name classes, but the net's outputs are compared with targets: give "
                        + "--targets "
                        + "and --test-targets instead");
        conflict(
                learnsTargets && !targets.given() && table.hasLabelColumn(),
                "--label-column names classes, but the net's outputs are compared with targets: give --target-columns "
                        + "instead");
        conflict(
                table.hasTargetColumns() && targets.given(),
                "--target-columns and --targets exclude each other: give one of them");
        conflict(
                table.hasTargetColumns() && images == null && (data == null || data.equals(EMBEDDED)),
                "--target-columns is for CSV files: give one with --data or --images");
        targets.check(testImages != null);
        conflict(data != null && images != null, "--data and --images exclude each other: give one of them");
        conflict(images == null && labels != null, "--labels needs --images");
        conflict(images == null && testImages != null, "--test-images needs --images");
        conflict(
                table.hasLabelColumn() && (labels != null || testLabels != null),
                "--label-column excludes --labels and --test-labels: the CSV file holds both");
        conflict(
                table.hasLabelColumn() && images == null && (data == null || data.equals(EMBEDDED)),
                "--label-column is for CSV files: give one with --data or --images");
        conflict(testImages == null && testLabels != null, "--test-labels needs --test-images");
    }

    private void conflict(boolean wrong, String message) {
        Usage.refuse(wrong, command, message);
    }
}
