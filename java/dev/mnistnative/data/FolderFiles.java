package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the files of a data folder by their conventional names, in any case, each with or without ".gz". */
final class FolderFiles {
    /** The names an images and a labels file may have together. */
    private record Names(String images, List<String> labels) {
        Names(String images, String... labels) {
            this(images, List.of(labels));
        }

        /** Those that may hold targets, the likelier first: y_train.npy rather than y_train_label.npy. */
        List<String> targets() {
            List<String> names = new ArrayList<>(labels);
            Collections.reverse(names);
            return names;
        }
    }

    private static final List<Names> TRAIN = List.of(
            new Names("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
            new Names("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
            new Names("x_train.npy", "y_train_label.npy", "y_train.npy"),
            new Names("train_x.npy", "train_y.npy"),
            new Names("train_images.npy", "train_labels.npy"),
            new Names("images.npy", "labels.npy"),
            new Names("x.npy", "y.npy"),
            new Names("data.npy", "target.npy", "targets.npy"));
    private static final List<Names> TEST = List.of(
            new Names("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
            new Names("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
            new Names("x_test.npy", "y_test_label.npy", "y_test.npy"),
            new Names("test_x.npy", "test_y.npy"),
            new Names("test_images.npy", "test_labels.npy"));

    /** EMNIST's files, e.g. emnist-letters-train-images-idx3-ubyte. */
    private static final Pattern EMNIST = Pattern.compile("emnist-(\\w+)-(train|test)-images-idx3-ubyte");

    private static final String GZIP = ".gz";
    private static final int MOST_SUBFOLDERS = 1000;

    private final Path folder;
    private final Map<String, Path> files; // by their names in small letters, without ".gz"

    private final Answers answers;

    private FolderFiles(Path folder, Answers answers) throws IOException {
        this.folder = folder;
        this.answers = answers;
        this.files = new HashMap<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.sorted().forEach(file -> files.putIfAbsent(key(file), file));
        }
    }

    private static String key(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(GZIP) ? name.substring(0, name.length() - GZIP.length()) : name;
    }

    /**
     * The folder itself, or the one below it that has the files: as torchvision's MNIST/raw.
     *
     * @throws DataFormatException if several below it have some
     */
    static FolderFiles of(Path folder, ReadOptions options) throws IOException {
        FolderFiles files = new FolderFiles(folder, options.answers());
        if (files.hasData()) {
            return files;
        }
        List<FolderFiles> below = new ArrayList<>();
        for (Path child : subfolders(folder)) {
            for (Path candidate : List.of(child, child.resolve("raw"))) {
                if (Files.isDirectory(candidate)) {
                    FolderFiles found = new FolderFiles(candidate, options.answers());
                    if (found.hasData()) {
                        below.add(found);
                    }
                }
            }
        }
        if (below.size() > 1) {
            throw DataFormatException.of(
                    folder.toString(),
                    "several folders in it hold data: "
                            + below.stream()
                                    .map(b -> folder.relativize(b.folder))
                                    .toList(),
                    "name one of them");
        }
        if (below.isEmpty()) {
            return files;
        }
        options.notes().accept(folder + ": its data are those of " + below.get(0).folder);
        return below.get(0);
    }

    private static List<Path> subfolders(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isDirectory)
                    .sorted()
                    .limit(MOST_SUBFOLDERS)
                    .toList();
        }
    }

    /** Whether there is a file of images. */
    boolean hasData() {
        return Stream.concat(TRAIN.stream(), TEST.stream()).anyMatch(names -> files.containsKey(names.images()))
                || files.keySet().stream().anyMatch(name -> EMNIST.matcher(name).matches());
    }

    /** @throws DataFormatException if they are not there, with the names looked for */
    SampleFiles train() throws IOException {
        Optional<SampleFiles> found = find(TRAIN, "train");
        if (found.isPresent()) {
            return found.get();
        }
        throw DataFormatException.of(
                folder.toString(),
                test().isPresent()
                        ? "the folder has a test set but no training data"
                        : "the folder has no training data; looked for " + describe(TRAIN),
                "name the files so, or give them one by one (--images, --labels)");
    }

    /** Empty if the folder has no test data. */
    Optional<SampleFiles> test() throws IOException {
        return find(TEST, "test");
    }

    private Optional<SampleFiles> find(List<Names> candidates, String part) throws IOException {
        String half = null;
        for (Names names : candidates) {
            Path images = files.get(names.images());
            if (images != null && answers == Answers.NONE) {
                return Optional.of(SampleFiles.of(images));
            }
            for (String label : answers == Answers.TARGETS ? names.targets() : names.labels()) {
                if (images != null && files.containsKey(label)) {
                    return Optional.of(SampleFiles.of(images, files.get(label)));
                }
            }
            if (images != null) {
                half = names.images() + " but not " + String.join(" or ", names.labels());
            } else if (half == null && files.containsKey(names.labels().get(0))) {
                half = names.labels().get(0) + " but not " + names.images();
            }
        }
        Optional<SampleFiles> emnist = emnist(part);
        if (emnist.isEmpty() && half != null) {
            throw DataFormatException.of(folder.toString(), "it has " + half, "add the missing file");
        }
        return emnist;
    }

    private Optional<SampleFiles> emnist(String part) throws IOException {
        Set<String> kinds = new TreeSet<>();
        for (String name : files.keySet()) {
            Matcher match = EMNIST.matcher(name);
            if (match.matches() && match.group(2).equals(part)) {
                kinds.add(match.group(1));
            }
        }
        if (kinds.isEmpty()) {
            return Optional.empty();
        }
        String begin = "emnist-" + kinds.iterator().next() + "-" + part;
        Path labels = files.get(begin + "-labels-idx1-ubyte");
        if (kinds.size() == 1 && answers == Answers.NONE) {
            return Optional.of(SampleFiles.of(files.get(begin + "-images-idx3-ubyte")));
        }
        if (kinds.size() > 1 || labels == null) {
            throw DataFormatException.of(
                    folder.toString(),
                    kinds.size() > 1
                            ? "it holds several of EMNIST's sets: " + kinds
                            : "it has " + begin + "-images-idx3-ubyte but not its labels",
                    "give its files one by one (--images, --labels), or a folder with one whole set");
        }
        return Optional.of(SampleFiles.of(files.get(begin + "-images-idx3-ubyte"), labels));
    }

    /** Whether an array's file is one of EMNIST's images, whose rows and columns are exchanged. */
    static boolean isEmnist(String file) {
        String name = file.substring(file.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return EMNIST.matcher(name.endsWith(GZIP) ? name.substring(0, name.length() - GZIP.length()) : name)
                .matches();
    }

    private static String describe(List<Names> candidates) {
        List<String> pairs = new ArrayList<>();
        candidates.forEach(n -> pairs.add(n.images() + " with " + n.labels().get(0)));
        return String.join(", ", pairs) + " (each also with .gz)";
    }
}
