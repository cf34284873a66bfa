package dev.mnistnative.cli;

import dev.mnistnative.data.Answers;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.GaussianNoise;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a net's outputs should be where they are no classes, and how much each sample counts. */
final class TargetOptions {
    private static final String INPUT = "input";

    /** Whoever evaluates a net does it on the same noise, whatever the seed that it was trained with. */
    private static final long EVALUATION_SEED = -1;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--targets",
            paramLabel = "F|input",
            description =
                    "What the net's outputs should be, real numbers [N] or [N, K]: npy, IDX or FILE.npz[:MEMBER]. "
                            + "input: what the net sees itself, as an autoencoder learns it.")
    private String targets;

    @Option(names = "--test-targets", paramLabel = "F", description = "The same for the test set.")
    private Path testTargets;

    @Option(
            names = "--noise",
            paramLabel = "S",
            description =
                    "With --targets input: add normal noise of this deviation to what the net sees, and not to the "
                            + "targets; by seed and sample, nothing is clipped.")
    private Double noise;

    @Option(
            names = "--sample-weights",
            paramLabel = "F|COLUMN",
            description =
                    "How much each sample of the training set counts: a file of numbers [N], or a column of a CSV "
                            + "file (default: 1).")
    private String weights;

    /** Takes what a preset says where nothing is given: the input as target, with this noise. */
    void orInput(double deviation) {
        if (targets == null) {
            targets = INPUT;
            noise = noise == null ? Double.valueOf(deviation) : noise;
        }
    }

    /** Whether targets are given. */
    boolean given() {
        return targets != null;
    }

    /** Whether the targets are the samples themselves. */
    boolean areInput() {
        return INPUT.equals(targets);
    }

    /** How to read, where these options give what would otherwise have to be in the files. */
    ReadOptions over(ReadOptions options) {
        ReadOptions read = given() ? options.withAnswers(Answers.NONE) : options;
        return weights == null || weightFile().isPresent()
                ? read
                : read.withCsv(read.csv().withWeightColumn(weights));
    }

    /** @param hasTest whether the options name a test set's file */
    void check(boolean hasTest) {
        Usage.refuse(
                noise != null && !areInput(),
                command,
                "--noise needs --targets input: it is what the net learns to remove");
        Usage.refuse(
                testTargets != null && (targets == null || areInput()),
                command,
                "--test-targets needs --targets with a file");
        Usage.refuse(
                targets != null && !areInput() && hasTest && testTargets == null,
                command,
                "--test-images needs --test-targets where --targets names a file");
        if (noise != null) {
            Usage.checked(command, () -> new GaussianNoise(noise, 0));
        }
    }

    /** The data with targets and weights out of the files named; not yet {@link #ofInput}. */
    TrainingData over(TrainingData read) throws IOException {
        Dataset training = weighted(read.training());
        if (!given() || areInput()) {
            return new TrainingData(training, read.evaluation(), read.evaluatedOn());
        }
        training = DataFiles.withTargets(training, Path.of(targets));
        Usage.refuse(
                testTargets != null && read.evaluation().isEmpty(),
                command,
                "--test-targets " + testTargets + ": there is no test set; give it with --test-images");
        if (testTargets == null && read.evaluation().isPresent()) {
            command.commandLine()
                    .getErr()
                    .println("the test set is left out: --targets names those of the training set, and --test-targets "
                            + "none");
        }
        return testTargets == null
                ? TrainingData.of(training)
                : TrainingData.withTest(
                        training, DataFiles.withTargets(read.evaluation().orElseThrow(), testTargets));
    }

    /** A set of samples that are evaluated. */
    Dataset overEvaluated(Dataset read) throws IOException {
        Dataset samples = weighted(read);
        if (!given() || areInput()) {
            return samples;
        }
        return DataFiles.withTargets(samples, testTargets == null ? Path.of(targets) : testTargets);
    }

    private Dataset weighted(Dataset samples) throws IOException {
        if (weights == null) {
            return samples;
        }
        Optional<Path> file = weightFile();
        if (file.isPresent()) {
            return DataFiles.withSampleWeights(samples, file.get());
        }
        Usage.refuse(
                samples.sampleWeights().isEmpty(),
                command,
                "--sample-weights " + weights
                        + ": there is no such file, and the samples are no CSV file with a column "
                        + "of that name; check the path");
        return samples;
    }

    /** What is named, if it is a file or a member of one; else it is a column. */
    private Optional<Path> weightFile() {
        try {
            int member = weights.lastIndexOf(':');
            boolean there =
                    Files.exists(Path.of(weights)) || member > 0 && Files.exists(Path.of(weights.substring(0, member)));
            return there ? Optional.of(Path.of(weights)) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Training samples as the net sees them, with themselves as targets and with noise, where that is asked for. */
    Dataset ofInput(Dataset prepared, long seed) {
        if (!areInput()) {
            return prepared;
        }
        Dataset clean = prepared.withInputAsTarget();
        return noise == null ? clean : new GaussianNoise(noise, seed).apply(clean);
    }

    /** The same of samples that are evaluated: their noise is always the same. */
    Dataset ofInput(Dataset prepared) {
        return ofInput(prepared, EVALUATION_SEED);
    }
}
