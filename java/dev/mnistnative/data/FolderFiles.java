package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the files of a data folder by their conventional names, each with or without ".gz". */
final class FolderFiles {
    /** The names an images and a labels file may have together. */
    private record Names(String images, String labels) {}

    private static final List<Names> TRAIN = List.of(
            new Names("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
            new Names("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
            new Names("x_train.npy", "y_train_label.npy"));
    private static final List<Names> TEST = List.of(
            new Names("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
            new Names("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
            new Names("x_test.npy", "y_test_label.npy"));

    private FolderFiles() {}

    /** @throws DataFormatException if they are not there, with the names looked for */
    static SampleFiles train(Path folder) throws IOException {
        return find(folder, TRAIN)
                .orElseThrow(() -> DataFormatException.of(
                        folder.toString(),
                        "the folder has no training data; looked for " + describe(TRAIN),
                        "name the files so, or give them one by one as images and labels"));
    }

    /** Empty if the folder has no test data. */
    static Optional<SampleFiles> test(Path folder) throws IOException {
        return find(folder, TEST);
    }

    private static Optional<SampleFiles> find(Path folder, List<Names> candidates) throws IOException {
        for (Names names : candidates) {
            Optional<Path> images = existing(folder, names.images());
            Optional<Path> labels = existing(folder, names.labels());
            if (images.isPresent() && labels.isPresent()) {
                return Optional.of(SampleFiles.of(images.get(), labels.get()));
            }
            if (images.isPresent() || labels.isPresent()) {
                String there = images.isPresent() ? names.images() : names.labels();
                String missing = images.isPresent() ? names.labels() : names.images();
                throw DataFormatException.of(
                        folder.toString(), "it has " + there + " but not " + missing, "add the missing file");
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> existing(Path folder, String name) {
        return List.of(name, name + ".gz").stream()
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst();
    }

    private static String describe(List<Names> candidates) {
        List<String> pairs = new ArrayList<>();
        candidates.forEach(n -> pairs.add(n.images() + " with " + n.labels()));
        return String.join(", ", pairs) + " (each also with .gz)";
    }
}
