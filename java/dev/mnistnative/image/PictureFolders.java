package dev.mnistnative.image;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.DatasetBuilder;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A data set as a folder for each class with its pictures ({@code train/3/a.png}), below {@code train} and {@code test}
 * or below the folder itself. The classes are called as their folders; where all of these are numbers, they are the
 * labels.
 *
 * <p>Pictures of one size with a dark ground are taken as they are, as bytes [height, width] of their brightness; so
 * are those with a bright one, but not of 28 × 28. Others (of several sizes, over 65,536 pixels, or 28 × 28 with dark
 * ink) are brought into MNIST's form, as is every single picture that a net of 784 inputs is asked about.
 */
public final class PictureFolders {
    private static final List<String> TRAIN = List.of("train", "training");
    private static final List<String> TEST = List.of("test", "testing", "val", "valid", "validation");
    private static final int MOST_PIXELS = 1 << 16;
    private static final float BRIGHT = 0.5f;
    private static final int NAMED = 3;
    private static final char REPLACED = '\ufffd';

    private PictureFolders() {}

    /** Whether a folder, or train or test in it, has folders with pictures. */
    public static boolean isThere(Path folder) throws IOException {
        return part(folder, TRAIN).isPresent() || part(folder, TEST).isPresent() || hasClasses(folder);
    }

    /**
     * Reads a training set and, if there is one, its test set. What cannot be read is left out and told.
     *
     * @throws DataFormatException if there is no training set or nothing in it can be read
     */
    public static TrainingData read(Path folder, ReadOptions options) throws IOException {
        Optional<Path> train = part(folder, TRAIN);
        Optional<Path> test = part(folder, TEST);
        if (train.isEmpty() && test.isPresent()) {
            throw DataFormatException.of(
                    folder.toString(), "it has a test set but no training set", "add a folder train with its classes");
        }
        Dataset training = readPart(train.orElse(folder), options);
        Optional<Dataset> evaluation = Optional.empty();
        if (test.isPresent()) {
            boolean named = !training.classNames().isEmpty();
            evaluation =
                    Optional.of(readPart(test.get(), named ? options.withClassNames(training.classNames()) : options));
            if (evaluation.get().features() != training.features()) {
                throw new DataFormatException(folder + ": the test set's pictures have "
                        + evaluation.get().features() + " pixels, but the training set's " + training.features()
                        + "; give pictures of one size.");
            }
        }
        return new TrainingData(training, evaluation, EvaluatedOn.TEST);
    }

    /**
     * The test set, or where there is none all there is.
     *
     * @throws DataFormatException if nothing in it can be read
     */
    public static Dataset readTest(Path folder, ReadOptions options) throws IOException {
        return readPart(part(folder, TEST).or(() -> trainOf(folder)).orElse(folder), options);
    }

    /** The brightness of a picture [height, width], 0 … 255. */
    public static byte[] bytes(GrayImage picture) {
        byte[] pixels = new byte[picture.values().length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) Math.round(Math.max(0, Math.min(1, picture.values()[i])) * 255);
        }
        return pixels;
    }

    private static Optional<Path> trainOf(Path folder) {
        try {
            return part(folder, TRAIN);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> part(Path folder, List<String> names) throws IOException {
        for (String name : names) {
            Path candidate = folder.resolve(name);
            if (Files.isDirectory(candidate) && hasClasses(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static boolean hasClasses(Path folder) throws IOException {
        for (Path child : children(folder)) {
            if (Files.isDirectory(child)) {
                List<Path> files = children(child);
                if (!files.isEmpty() && Files.isRegularFile(files.get(0)) && PictureFiles.isPicture(files.get(0))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What is in a folder, but hidden, in the order of names. */
    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    /** A picture's file and its label. */
    private record Sample(Path file, int label) {}

    private static Dataset readPart(Path folder, ReadOptions options) throws IOException {
        List<Path> classes = children(folder).stream()
                .filter(Files::isDirectory)
                .sorted(Comparator.comparing((Path path) -> number(name(path))).thenComparing(PictureFolders::name))
                .toList();
        boolean numbers = classes.stream().allMatch(path -> number(name(path)) < Integer.MAX_VALUE);
        List<String> given = options.classNames();
        List<String> names = !given.isEmpty() || numbers
                ? given
                : classes.stream().map(PictureFolders::name).toList();
        requireExpressible(folder, names);
        List<Sample> samples = new ArrayList<>();
        for (Path of : classes) {
            int label = label(of, names, numbers);
            for (Path file : children(of)) {
                if (Files.isRegularFile(file)) {
                    samples.add(new Sample(file, label));
                }
            }
        }
        return new Reading(folder, samples, names, options).read();
    }

    /** Java has replaced what the locale's encoding does not know, and two classes may have become one. */
    private static void requireExpressible(Path folder, List<String> names) throws DataFormatException {
        if (names.stream().anyMatch(name -> name.indexOf(REPLACED) >= 0)) {
            throw DataFormatException.of(
                    folder.toString(),
                    "a class's folder has characters in its name that this locale's encoding, "
                            + System.getProperty("sun.jnu.encoding") + ", does not know",
                    "set LC_ALL=C.UTF-8, or rename the folder");
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    /** The number that a folder is called, else the greatest. */
    private static int number(String name) {
        return name.matches("\\d{1,6}") ? Integer.parseInt(name) : Integer.MAX_VALUE;
    }

    private static int label(Path folder, List<String> names, boolean numbers) throws IOException {
        int named = names.indexOf(name(folder));
        int label = named < 0 && numbers ? number(name(folder)) : named;
        if (label < 0 || !names.isEmpty() && label >= names.size()) {
            throw DataFormatException.of(
                    folder.toString(),
                    "'" + name(folder) + "' is none of the classes " + names,
                    "rename the folder or take it away");
        }
        return label;
    }

    /** One reading of all pictures of a part, and a second one if they turn out to differ. */
    private static final class Reading {
        private final Path folder;
        private final List<Sample> samples;
        private final List<String> names;
        private final ReadOptions options;
        private final List<byte[]> pixels = new ArrayList<>();
        private final List<Integer> labels = new ArrayList<>();
        private final List<String> unread = new ArrayList<>();
        private int width;
        private int height;

        Reading(Path folder, List<Sample> samples, List<String> names, ReadOptions options) {
            this.folder = folder;
            this.samples = samples;
            this.names = names;
            this.options = options;
        }

        Dataset read() throws IOException {
            boolean asTheyAre = readAsTheyAre();
            if (!asTheyAre) {
                readAsDigits();
            }
            tell(asTheyAre);
            DatasetBuilder built = Dataset.builder(width * height, pixels.size())
                    .sampleShape(height, width)
                    .classNames(names);
            for (int i = 0; i < pixels.size(); i++) {
                built.put(i, pixels.get(i), labels.get(i));
            }
            return built.build();
        }

        /** Whether that is how they are to be taken. */
        private boolean readAsTheyAre() throws IOException {
            double border = 0;
            for (Sample sample : samples) {
                GrayImage picture = picture(sample);
                if (picture == null) {
                    continue;
                }
                if (pixels.isEmpty()) {
                    width = picture.width();
                    height = picture.height();
                }
                boolean other = picture.width() != width || picture.height() != height;
                if (other || (long) width * height > MOST_PIXELS) {
                    return false;
                }
                border += borderOf(picture);
                add(bytes(picture), sample);
            }
            boolean mnistsSize = width == DigitNormalizer.SIDE && height == DigitNormalizer.SIDE;
            return !(mnistsSize && border / pixels.size() > BRIGHT);
        }

        private void readAsDigits() throws IOException {
            pixels.clear();
            labels.clear();
            unread.clear();
            width = DigitNormalizer.SIDE;
            height = DigitNormalizer.SIDE;
            for (Sample sample : samples) {
                GrayImage picture = picture(sample);
                if (picture != null) {
                    try {
                        add(DigitNormalizer.normalize(picture), sample);
                    } catch (UnreadableImageException e) {
                        unread.add(sample.file() + ": " + e.getMessage());
                    }
                }
            }
        }

        private void add(byte[] values, Sample sample) {
            pixels.add(values);
            labels.add(sample.label());
        }

        /** Null if it cannot be read. */
        private GrayImage picture(Sample sample) throws IOException {
            try {
                return PictureFiles.read(sample.file());
            } catch (DataFormatException e) {
                unread.add(e.getMessage());
                return null;
            }
        }

        private static double borderOf(GrayImage picture) {
            double sum = 0;
            int count = 0;
            for (int i = 0; i < picture.values().length; i++) {
                int x = i % picture.width();
                int y = i / picture.width();
                if (x == 0 || y == 0 || x == picture.width() - 1 || y == picture.height() - 1) {
                    sum += picture.values()[i];
                    count++;
                }
            }
            return sum / count;
        }

        private void tell(boolean asTheyAre) throws IOException {
            String first = String.join(" | ", unread.subList(0, Math.min(NAMED, unread.size())));
            if (pixels.isEmpty()) {
                throw DataFormatException.of(
                        folder.toString(),
                        unread.isEmpty()
                                ? "its folders hold no pictures"
                                : "none can be read of " + unread.size() + ": " + first,
                        "give PNG or JPEG files");
            }
            options.notes()
                    .accept(folder + ": " + pixels.size() + " pictures, a folder for each class, "
                            + (asTheyAre ? "as they are, " : "brought into MNIST's form, ") + width + " x " + height);
            if (!unread.isEmpty()) {
                options.notes()
                        .accept(folder + ": " + unread.size() + " of " + samples.size()
                                + " files cannot be read and are left out: " + first
                                + (unread.size() > NAMED ? " | …" : ""));
            }
        }
    }
}
