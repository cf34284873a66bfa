package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.ArrayHeader;
import dev.mnistnative.array.Content;
import dev.mnistnative.array.IdxFormat;
import dev.mnistnative.array.NpyFormat;
import dev.mnistnative.array.Npz;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads data files: NumPy's .npy and .npz, IDX, CSV, each gzipped or not (an .npz is compressed as it is). They are
 * told apart by their content, not by their names. A CSV table (RFC 4180, UTF-8, comma) has a header; all its columns
 * but that of the labels are numeric features. Its labels are class numbers, or else texts, which are numbered in their
 * sorted order ({@link Dataset#classNames()}).
 *
 * <p>A member of an .npz is named as {@code FILE.npz:MEMBER}; without a name the conventional ones are looked for
 * in any case
 * (images: x_train, train_images, images, x, data, features, arr_0; labels: y_train, train_labels, labels, label, y,
 * target, arr_1).
 *
 * <p>Numbers of one unsigned byte stay bytes, all others become float32. Every file is read into memory outside the
 * heap, at most 2 GiB a data set, and may be changed or deleted afterwards; one that is written to while it is read is
 * refused. EMNIST's images, known by their names, are turned upright.
 *
 * <p>A file that cannot be used is refused with a {@link DataFormatException}; a disk that
 * fails is another {@link IOException}.
 */
public final class DataFiles {
    private DataFiles() {}

    /**
     * Reads samples and what the options want of answers: labels, targets or nothing.
     *
     * @throws DataFormatException if a file cannot be used or the two do not fit each other
     */
    public static Dataset read(SampleFiles files, ReadOptions options) throws IOException {
        if (options.answers() == Answers.NONE) {
            return readImages(files.images(), options);
        }
        return files.labels().isPresent()
                ? read(files.images(), files.labels().get(), MemberNames.TRAIN, options)
                : readBoth(files.images(), MemberNames.TRAIN, options);
    }

    /** {@link #read(SampleFiles, ReadOptions)} of one file that has both. */
    public static Dataset read(Path both, ReadOptions options) throws IOException {
        return read(SampleFiles.of(both), options);
    }

    /** {@link #read(SampleFiles, ReadOptions)} of two files with the default options. */
    public static Dataset read(Path images, Path labels) throws IOException {
        return read(SampleFiles.of(images, labels), ReadOptions.DEFAULT);
    }

    /**
     * Reads a training set and its test set. Where the training set's classes have names (CSV), the test set's labels
     * are numbered by them.
     *
     * @throws DataFormatException if a file cannot be used or they do not fit each other
     */
    public static TrainingData read(SampleFiles training, Optional<SampleFiles> test, ReadOptions options)
            throws IOException {
        Dataset samples = read(training, options);
        ReadOptions testOptions = alike(samples, options);
        return pair(samples, () -> readIfThere(test, testOptions));
    }

    /** How to read a test set: its classes and columns are those of the training set. */
    private static ReadOptions alike(Dataset training, ReadOptions options) {
        ReadOptions named = training.classNames().isEmpty() ? options : options.withClassNames(training.classNames());
        CsvOptions csv = options.csv();
        if (!training.targetNames().isEmpty()) {
            csv = csv.withTargetColumns(training.targetNames());
        }
        return training.featureNames().isEmpty()
                ? named.withCsv(csv)
                : named.withCsv(csv.withWeightColumn(null)).withFeatureNames(training.featureNames());
    }

    /**
     * The samples with targets out of a file: an array [N], [N, K] or [N, …] of any numeric type, of which each
     * sample's numbers are its targets, as they are.
     *
     * @param targets .npy, .npz (its member {@code targets}, {@code y_train} or the like) or IDX
     * @throws DataFormatException if it cannot be used, is not of as many samples or a target is no finite float32
     */
    public static Dataset withTargets(Dataset samples, Path targets) throws IOException {
        try (Content content = open(targets, MemberNames.TRAIN.targets())) {
            Supervision read = ArrayReader.targets(content, arrayHeader(content));
            requireAsMany(content.name(), read.size(), "targets", samples.size());
            return samples.taught(kept -> kept.withTargets(read.targets(), read.outputs()));
        }
    }

    /**
     * The samples, each counting as much as a file says: an array [N] of any numeric type.
     *
     * @param weights .npy, .npz (its member {@code sample_weights} or {@code weights}) or IDX
     * @throws DataFormatException if it cannot be used, is not of as many samples or a weight is negative or not finite
     */
    public static Dataset withSampleWeights(Dataset samples, Path weights) throws IOException {
        try (Content content = open(weights, MemberNames.WEIGHTS)) {
            FloatBuffer read = ArrayReader.weights(content, arrayHeader(content));
            requireAsMany(content.name(), read.limit(), "sample weights", samples.size());
            return samples.taught(kept -> kept.withWeights(read));
        }
    }

    private static void requireAsMany(String file, int there, String what, int samples) throws IOException {
        if (there != samples) {
            throw DataFormatException.of(
                    file,
                    "it has " + there + " " + what + ", but there are " + samples + " samples",
                    "give files that belong together");
        }
    }

    /**
     * Reads samples alone, e.g. to predict them; of a CSV table also the sample weights that the options name.
     *
     * @throws DataFormatException if the file cannot be used
     */
    public static Dataset readImages(Path images) throws IOException {
        return readImages(images, ReadOptions.DEFAULT);
    }

    /**
     * The same; label and target columns that the options name are left out.
     *
     * @throws DataFormatException if the file cannot be used
     */
    public static Dataset readImages(Path images, ReadOptions options) throws IOException {
        return readImages(images, MemberNames.TRAIN.samples(), options);
    }

    private static Dataset readImages(Path images, List<String> names, ReadOptions options) throws IOException {
        try (Content content = open(images, names)) {
            return readImages(content, options);
        }
    }

    private static Dataset readImages(Content content, ReadOptions options) throws IOException {
        return FileFormat.of(content) == FileFormat.CSV
                ? CsvReader.read(content, withoutLabels(options))
                : assemble(
                        ArrayReader.pixels(content, arrayHeader(content), options),
                        Supervision.ofLabels(null),
                        options,
                        List.of(),
                        List.of());
    }

    /**
     * The same of a stream, such as a pipe: an npy, IDX or CSV, gzipped or not. It is read to its end and closed.
     *
     * @param name what to call it in messages
     * @throws DataFormatException if it cannot be used
     */
    public static Dataset readImages(InputStream images, String name, ReadOptions options) throws IOException {
        try (Content content = Content.ofStream(name, images)) {
            return readImages(content, options);
        }
    }

    private static ReadOptions withoutLabels(ReadOptions options) {
        List<String> dropped = new ArrayList<>(options.csv().dropColumns());
        dropped.addAll(options.csv().targetColumns());
        if (options.labelColumn() != null) {
            dropped.add(options.labelColumn());
        }
        return options.withLabelColumn(null)
                .withCsv(options.csv().withTargetColumns(List.of()).withDropColumns(dropped));
    }

    /** {@link #readFolder(Path, ReadOptions)} with the default options. */
    public static TrainingData readFolder(Path folder) throws IOException {
        return readFolder(folder, ReadOptions.DEFAULT);
    }

    /**
     * Reads a folder with IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte and, for the test set, t10k-…;
     * "." instead of the "-" before idx is understood; or those of one of EMNIST's sets) or with x_train.npy,
     * y_train_label.npy or y_train.npy and, for the test set, x_test.npy, y_test_label.npy or y_test.npy; each with or
     * without .gz, and names in any case. They may lie in a folder below it, as torchvision's MNIST/raw. Also an .npz
     * with x_train, y_train and, for the test set, x_test, y_test.
     *
     * @throws DataFormatException if the files are not there, cannot be used or do not fit each other
     */
    public static TrainingData readFolder(Path folder, ReadOptions options) throws IOException {
        if (!Files.exists(folder)) {
            throw DataFormatException.of(folder.toString(), "there is no such folder", "check the path");
        }
        if (!Files.isDirectory(folder)) {
            return pair(readBoth(folder, MemberNames.TRAIN, options), () -> testMembers(folder, options));
        }
        FolderFiles files = FolderFiles.of(folder, options);
        return pair(read(files.train(), options), () -> readIfThere(files.test(), options));
    }

    /**
     * What a net is evaluated on: the test set of a folder or an npz as {@link #readFolder} takes them, of whose
     * training set nothing is read; where there is none, its only data.
     *
     * @throws DataFormatException if there are no data or they cannot be used
     */
    public static Dataset readTest(Path folder, ReadOptions options) throws IOException {
        if (Files.isDirectory(folder)) {
            FolderFiles files = FolderFiles.of(folder, options);
            Optional<SampleFiles> test = files.test();
            return read(test.isPresent() ? test.get() : files.train(), options);
        }
        Optional<Dataset> test = testMembers(folder, options);
        return test.isPresent() ? test.get() : readBoth(folder, MemberNames.TRAIN, options);
    }

    private static Optional<Dataset> testMembers(Path file, ReadOptions options) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        boolean zip;
        try (Content content = Content.ofFile(file)) {
            zip = FileFormat.of(content) == FileFormat.NPZ;
        }
        return zip && Npz.holds(file, MemberNames.TEST.samples())
                ? Optional.of(readBoth(file, MemberNames.TEST, options))
                : Optional.empty();
    }

    /** The data set of what was read; counts and classes are checked. */
    static Dataset assemble(
            ArrayReader.Pixels pixels,
            Supervision taught,
            ReadOptions options,
            List<String> classNames,
            List<String> featureNames) {
        int classes = taught.labels() == null ? 0 : classes(taught.labels(), options, classNames);
        var layout = new SampleLayout(
                pixels.type(),
                pixels.sampleShape(),
                pixels.scale(),
                options.ignoreIndex(),
                classes,
                classNames,
                featureNames);
        return new Dataset(new Samples(layout, SampleMemory.of(pixels.memory(), layout.sampleBytes()), taught));
    }

    private static int classes(IntBuffer labels, ReadOptions options, List<String> classNames) {
        int needed = classNames.isEmpty() ? Labels.countClasses(labels, options.ignoreIndex()) : classNames.size();
        return options.classes().orElse(needed);
    }

    private static Dataset readBoth(Path file, MemberNames names, ReadOptions options) throws IOException {
        FileFormat format;
        boolean targets = options.answers() == Answers.TARGETS;
        try (Content content = Content.ofFile(file)) {
            format = FileFormat.of(content);
            if (options.answers() == Answers.NONE && format != FileFormat.NPZ) {
                return readImages(content, options);
            }
            boolean told = targets ? !options.csv().targetColumns().isEmpty() : options.labelColumn() != null;
            if (format == FileFormat.CSV && told) {
                return CsvReader.read(content, options);
            }
        }
        if (format == FileFormat.NPZ) {
            return options.answers() == Answers.NONE
                    ? readImages(file, names.samples(), options)
                    : read(file, file, names, options);
        }
        if (targets) {
            throw DataFormatException.of(
                    file.toString(),
                    format == FileFormat.CSV
                            ? "the target columns of this CSV are not told"
                            : "it has samples but no targets",
                    format == FileFormat.CSV
                            ? "name them (--target-columns)"
                            : "give a file of targets too (--targets)");
        }
        throw DataFormatException.of(
                file.toString(),
                format == FileFormat.CSV ? "the label column of this CSV is not told" : "it has images but no labels",
                format == FileFormat.CSV
                        ? "name it (--label-column)"
                        : "give a file of labels too (--images, --labels)");
    }

    private static Dataset read(Path images, Path labels, MemberNames names, ReadOptions options) throws IOException {
        Supervision taught;
        String labelFile;
        boolean targets = options.answers() == Answers.TARGETS;
        try (Content content = open(labels, names.answers(options))) {
            labelFile = content.name();
            ArrayHeader header = arrayHeader(content);
            taught = targets
                    ? ArrayReader.targets(content, header)
                    : Supervision.ofLabels(ArrayReader.labels(content, header, options));
        }
        try (Content content = open(images, names.samples())) {
            ArrayHeader header = arrayHeader(content);
            if (header.shape()[0] != taught.size()) {
                throw DataFormatException.of(
                        content.name(),
                        "it has " + header.shape()[0] + " samples, but " + labelFile + " has " + taught.size()
                                + (targets ? " targets" : " labels"),
                        "give files that belong together");
            }
            return assemble(ArrayReader.pixels(content, header, options), taught, options, List.of(), List.of());
        }
    }

    private static Optional<Dataset> readIfThere(Optional<SampleFiles> files, ReadOptions options) throws IOException {
        return files.isPresent() ? Optional.of(read(files.get(), options)) : Optional.empty();
    }

    /** Reads a test set, if there is one. */
    private interface TestReader {
        Optional<Dataset> read() throws IOException;
    }

    private static TrainingData pair(Dataset training, TestReader readTest) throws IOException {
        Optional<Dataset> test = readTest.read();
        if (test.isPresent() && test.get().features() != training.features()) {
            throw new DataFormatException("the test set has " + test.get().features()
                    + " features a sample, but the training set has " + training.features()
                    + "; give files that belong together.");
        }
        if (test.isPresent() && test.get().outputs() != training.outputs()) {
            throw new DataFormatException("the test set has " + test.get().outputs()
                    + " targets a sample, but the training set has " + training.outputs()
                    + "; give files that belong together.");
        }
        return new TrainingData(training, test, EvaluatedOn.TEST);
    }

    private static Content open(Path path, List<String> memberNames) throws IOException {
        String text = path.toString();
        int colon = text.lastIndexOf(':');
        if (colon > 0 && !Files.exists(path)) {
            return Npz.open(
                    path.resolveSibling(Path.of(text.substring(0, colon)).getFileName()), text.substring(colon + 1));
        }
        Content content = Content.ofFile(path);
        try {
            if (FileFormat.of(content) != FileFormat.NPZ) {
                return content;
            }
        } catch (RuntimeException e) {
            content.close();
            throw e;
        }
        content.close();
        return Npz.open(path, memberNames);
    }

    private static ArrayHeader arrayHeader(Content content) throws IOException {
        return switch (FileFormat.of(content)) {
            case NPY -> NpyFormat.readHeader(content);
            case IDX -> IdxFormat.readHeader(content);
            case NPZ ->
                throw DataFormatException.of(content.name(), "it is a zip within another file", "unpack it first");
            case CSV ->
                throw DataFormatException.of(
                        content.name(),
                        "it is text, not an array",
                        "give npy, npz or IDX, or a CSV as the only file together with its label column "
                                + "(--label-column) or target columns (--target-columns)");
        };
    }
}
