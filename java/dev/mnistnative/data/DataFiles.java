package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.ArrayHeader;
import dev.mnistnative.array.Content;
import dev.mnistnative.array.IdxFormat;
import dev.mnistnative.array.NpyFormat;
import dev.mnistnative.array.Npz;
import java.io.IOException;
import java.io.InputStream;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
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
    private static final int SNIFF_BYTES = 64;

    // arr_0 … are arrays that numpy.savez got without names: images, labels, and the same of a test set
    private static final List<String> TRAIN_IMAGES =
            List.of("x_train", "train_images", "train_x", "images", "x", "data", "features", "arr_0");
    private static final List<String> TRAIN_LABELS = List.of(
            "y_train",
            "y_train_label",
            "train_labels",
            "train_y",
            "labels",
            "label",
            "y",
            "target",
            "targets",
            "arr_1");
    private static final List<String> TEST_IMAGES = List.of("x_test", "test_images", "test_x", "arr_2");
    private static final List<String> TEST_LABELS = List.of("y_test", "y_test_label", "test_labels", "test_y", "arr_3");

    private DataFiles() {}

    private enum Format {
        NPY,
        NPZ,
        IDX,
        CSV
    }

    /**
     * Reads samples and their labels.
     *
     * @throws DataFormatException if a file cannot be used or the two do not fit each other
     */
    public static Dataset read(SampleFiles files, ReadOptions options) throws IOException {
        return files.labels().isPresent()
                ? read(files.images(), TRAIN_IMAGES, files.labels().get(), TRAIN_LABELS, options)
                : readBoth(files.images(), TRAIN_IMAGES, TRAIN_LABELS, options);
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
        return training.featureNames().isEmpty() ? named : named.withFeatureNames(training.featureNames());
    }

    /**
     * Reads samples without labels, e.g. to predict them.
     *
     * @throws DataFormatException if the file cannot be used
     */
    public static Dataset readImages(Path images) throws IOException {
        return readImages(images, ReadOptions.DEFAULT);
    }

    /**
     * The same; a label column that the options name is left out.
     *
     * @throws DataFormatException if the file cannot be used
     */
    public static Dataset readImages(Path images, ReadOptions options) throws IOException {
        try (Content content = open(images, TRAIN_IMAGES)) {
            return readImages(content, options);
        }
    }

    private static Dataset readImages(Content content, ReadOptions options) throws IOException {
        return formatOf(content) == Format.CSV
                ? CsvReader.read(content, withoutLabels(options))
                : assemble(
                        ArrayReader.pixels(content, arrayHeader(content), options),
                        null,
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
        if (options.labelColumn() == null) {
            return options;
        }
        List<String> dropped = new ArrayList<>(options.csv().dropColumns());
        dropped.add(options.labelColumn());
        return options.withLabelColumn(null).withCsv(options.csv().withDropColumns(dropped));
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
            return pair(readBoth(folder, TRAIN_IMAGES, TRAIN_LABELS, options), () -> testMembers(folder, options));
        }
        FolderFiles files = FolderFiles.of(folder, options.notes());
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
            FolderFiles files = FolderFiles.of(folder, options.notes());
            Optional<SampleFiles> test = files.test();
            return read(test.isPresent() ? test.get() : files.train(), options);
        }
        Optional<Dataset> test = testMembers(folder, options);
        return test.isPresent() ? test.get() : readBoth(folder, TRAIN_IMAGES, TRAIN_LABELS, options);
    }

    private static Optional<Dataset> testMembers(Path file, ReadOptions options) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        boolean zip;
        try (Content content = Content.ofFile(file)) {
            zip = formatOf(content) == Format.NPZ;
        }
        return zip && Npz.holds(file, TEST_IMAGES)
                ? Optional.of(readBoth(file, TEST_IMAGES, TEST_LABELS, options))
                : Optional.empty();
    }

    /** The data set of what was read; counts and classes are checked. `labels` may be null. */
    static Dataset assemble(
            ArrayReader.Pixels pixels,
            IntBuffer labels,
            ReadOptions options,
            List<String> classNames,
            List<String> featureNames) {
        int classes = labels == null ? 0 : classes(labels, options, classNames);
        var layout = new SampleLayout(
                pixels.type(),
                pixels.sampleShape(),
                pixels.scale(),
                options.ignoreIndex(),
                classes,
                classNames,
                featureNames);
        return new Dataset(layout, pixels.memory(), labels);
    }

    private static int classes(IntBuffer labels, ReadOptions options, List<String> classNames) {
        int needed = classNames.isEmpty() ? Labels.countClasses(labels, options.ignoreIndex()) : classNames.size();
        return options.classes().orElse(needed);
    }

    private static Dataset readBoth(Path file, List<String> imageNames, List<String> labelNames, ReadOptions options)
            throws IOException {
        Format format;
        try (Content content = Content.ofFile(file)) {
            format = formatOf(content);
            if (format == Format.CSV && options.labelColumn() != null) {
                return CsvReader.read(content, options);
            }
        }
        if (format == Format.NPZ) {
            return read(file, imageNames, file, labelNames, options);
        }
        throw DataFormatException.of(
                file.toString(),
                format == Format.CSV ? "the label column of this CSV is not told" : "it has images but no labels",
                format == Format.CSV ? "name it (--label-column)" : "give a file of labels too (--images, --labels)");
    }

    private static Dataset read(
            Path images, List<String> imageNames, Path labels, List<String> labelNames, ReadOptions options)
            throws IOException {
        IntBuffer labelMemory;
        String labelFile;
        try (Content content = open(labels, labelNames)) {
            labelFile = content.name();
            labelMemory = ArrayReader.labels(content, arrayHeader(content), options);
        }
        try (Content content = open(images, imageNames)) {
            ArrayHeader header = arrayHeader(content);
            if (header.shape()[0] != labelMemory.limit()) {
                throw DataFormatException.of(
                        content.name(),
                        "it has " + header.shape()[0] + " samples, but " + labelFile + " has " + labelMemory.limit()
                                + " labels",
                        "give files that belong together");
            }
            return assemble(ArrayReader.pixels(content, header, options), labelMemory, options, List.of(), List.of());
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
            if (formatOf(content) != Format.NPZ) {
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
        return switch (formatOf(content)) {
            case NPY -> NpyFormat.readHeader(content);
            case IDX -> IdxFormat.readHeader(content);
            case NPZ ->
                throw DataFormatException.of(content.name(), "it is a zip within another file", "unpack it first");
            case CSV ->
                throw DataFormatException.of(
                        content.name(),
                        "it is text, not an array",
                        "give npy, npz or IDX, or a CSV as the only file together with its label column "
                                + "(--label-column)");
        };
    }

    private static Format formatOf(Content content) throws IOException {
        byte[] head = content.peek(SNIFF_BYTES);
        if (NpyFormat.matches(head)) {
            return Format.NPY;
        }
        if (Npz.matches(head)) {
            if (content.isStreamed()) {
                throw DataFormatException.of(
                        content.name(), "it is a zip, gzipped or out of a pipe", "give the npz itself as a file");
            }
            return Format.NPZ;
        }
        if (IdxFormat.matches(head)) {
            return Format.IDX;
        }
        Optional<ForeignFormat> foreign = ForeignFormat.of(head);
        if (foreign.isPresent()) {
            throw DataFormatException.of(
                    content.name(), foreign.get().fault(), foreign.get().remedy());
        }
        if (isText(head) || CsvDialect.isUtf16(head)) {
            return Format.CSV;
        }
        throw DataFormatException.of(
                content.name(),
                head.length == 0 ? "it is empty" : "it is none of npy, npz, IDX and CSV",
                "give a file of one of these formats, gzipped or not");
    }

    private static boolean isText(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        return !text.isEmpty() && text.chars().noneMatch(c -> c < ' ' && c != '\t' && c != '\r' && c != '\n');
    }
}
