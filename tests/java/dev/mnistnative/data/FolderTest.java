package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderTest {
    private static final byte[] IMAGES = TestFiles.idx(8, new byte[12], 3, 2, 2);
    private static final byte[] LABELS = TestFiles.idx(8, TestFiles.bytes(0, 1, 2), 3);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
        "train-images.idx3-ubyte, train-labels.idx1-ubyte, t10k-images.idx3-ubyte, t10k-labels.idx1-ubyte",
        "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte",
        "x_train.npy, y_train_label.npy, x_test.npy, y_test_label.npy"
    })
    void conventionalNames(String images, String labels, String testImages, String testLabels) throws IOException {
        write(images, IMAGES);
        write(labels, LABELS);
        try (TrainingData sets = DataFiles.readFolder(folder)) {
            assertEquals(3, sets.training().size());
            assertEquals(Optional.empty(), sets.evaluation());
        }
        write(testImages, TestFiles.idx(8, new byte[8], 2, 2, 2));
        write(testLabels, TestFiles.idx(8, TestFiles.bytes(2, 1), 2));
        try (TrainingData sets = DataFiles.readFolder(folder)) {
            assertEquals(2, sets.evaluation().orElseThrow().size());
            assertEquals(2, sets.evaluation().orElseThrow().label(0));
        }
    }

    @Test
    void whatWasLookedFor() throws IOException {
        WrongFilesTest.assertSentence(
                folder,
                "looked for train-images-idx3-ubyte with train-labels-idx1-ubyte, train-images.idx3-ubyte with"
                        + " train-labels.idx1-ubyte, x_train.npy with y_train_label.npy (each also with .gz)",
                () -> DataFiles.readFolder(folder));
    }

    @Test
    void halfAPairAndSetsThatDoNotFit() throws IOException {
        write("x_train.npy", IMAGES);
        WrongFilesTest.assertSentence(
                folder, "it has x_train.npy but not y_train_label.npy", () -> DataFiles.readFolder(folder));
        write("y_train_label.npy", LABELS);
        write("y_test_label.npy", LABELS);
        WrongFilesTest.assertSentence(
                folder, "it has y_test_label.npy but not x_test.npy", () -> DataFiles.readFolder(folder));
        write("x_test.npy", TestFiles.idx(8, new byte[9], 3, 3));
        WrongFilesTest.assertSentence(
                Path.of("the test set has 3 features"), "the training set has 4", () -> DataFiles.readFolder(folder));
    }

    private void write(String name, byte[] contents) {
        TestFiles.write(folder, name, name.endsWith(".gz") ? TestFiles.gzip(contents) : contents);
    }
}
