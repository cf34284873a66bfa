package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.array.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FolderTest {
    private static final byte[] IMAGES = TestFiles.idx(8, new byte[12], 3, 2, 2);
    private static final byte[] LABELS = TestFiles.idx(8, TestFiles.bytes(0, 1, 2), 3);

    private static final byte[] PAIRS = TestFiles.npy("|u1", TestFiles.bytes(1, 2, 3, 4), 2, 2);
    private static final byte[] TWO_LABELS = TestFiles.npy("|u1", TestFiles.bytes(0, 1), 2);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
        "train-images.idx3-ubyte, train-labels.idx1-ubyte, t10k-images.idx3-ubyte, t10k-labels.idx1-ubyte",
        "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte",
        "x_train.npy, y_train_label.npy, x_test.npy, y_test_label.npy",
        "X_train.npy, y_train.npy, X_test.npy, Y_test.npy",
        "images.npy, labels.npy, test_images.npy.gz, test_labels.npy",
        "data.npy, target.npy, test_x.npy, test_y.npy",
        "emnist-letters-train-images-idx3-ubyte.gz, emnist-letters-train-labels-idx1-ubyte.gz,"
                + "emnist-letters-test-images-idx3-ubyte, emnist-letters-test-labels-idx1-ubyte"
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
                        + " train-labels.idx1-ubyte, x_train.npy with y_train_label.npy, train_x.npy with",
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

    @Test
    void torchvisionsFolders() throws IOException {
        Path raw = Files.createDirectories(folder.resolve("MNIST/raw"));
        TestFiles.write(raw, "train-images-idx3-ubyte", IMAGES);
        TestFiles.write(raw, "train-labels-idx1-ubyte", LABELS);
        List<String> notes = new ArrayList<>();
        try (TrainingData sets = DataFiles.readFolder(folder, ReadOptions.DEFAULT.withNotes(notes::add))) {
            assertEquals(3, sets.training().size());
        }
        assertTrue(notes.get(0).contains("its data are those of " + raw), notes::toString);
        Path other = Files.createDirectories(folder.resolve("FashionMNIST/raw"));
        TestFiles.write(other, "train-images-idx3-ubyte", IMAGES);
        WrongFilesTest.assertSentence(
                folder, "hold data: [FashionMNIST/raw, MNIST/raw]", () -> DataFiles.readFolder(folder));
    }

    @Test
    void emnistsImagesAreTurnedUpright() throws IOException {
        write("emnist-digits-train-images-idx3-ubyte", TestFiles.idx(8, TestFiles.bytes(1, 2, 3, 4), 1, 2, 2));
        write("emnist-digits-train-labels-idx1-ubyte", TestFiles.idx(8, TestFiles.bytes(0), 1));
        List<String> notes = new ArrayList<>();
        try (TrainingData sets = DataFiles.readFolder(folder, ReadOptions.DEFAULT.withNotes(notes::add))) {
            assertArrayEquals(
                    new float[] {1, 3, 2, 4}, sets.training().withScale(1).sample(0));
        }
        assertTrue(notes.get(0).contains("EMNIST keeps its images with rows and columns exchanged"), notes::toString);
        write("emnist-mnist-train-images-idx3-ubyte", IMAGES);
        WrongFilesTest.assertSentence(
                folder, "several of EMNIST's sets: [digits, mnist]", () -> DataFiles.readFolder(folder));
    }

    @Test
    void aTestSetAloneIsEnoughToEvaluate() throws IOException {
        write("t10k-images-idx3-ubyte", IMAGES);
        write("t10k-labels-idx1-ubyte", LABELS);
        try (Dataset test = DataFiles.readTest(folder, ReadOptions.DEFAULT)) {
            assertEquals(3, test.size());
        }
        WrongFilesTest.assertSentence(folder, "a test set but no training data", () -> DataFiles.readFolder(folder));
        Path npz =
                TestFiles.write(folder, "test.npz", TestFiles.npz(true, Map.of("x_test", PAIRS, "y_test", TWO_LABELS)));
        try (Dataset test = DataFiles.readTest(npz, ReadOptions.DEFAULT)) {
            assertEquals(2, test.size());
        }
    }

    @ParameterizedTest
    @CsvSource({"x_train, y_train", "X_train, Y_train", "arr_0, arr_1", "images, labels", "data, target", "X, y"})
    void anNpzNeedsNoTestSet(String images, String labels) throws IOException {
        Path npz = TestFiles.write(folder, "train.npz", TestFiles.npz(true, Map.of(images, PAIRS, labels, TWO_LABELS)));
        try (TrainingData sets = DataFiles.readFolder(npz)) {
            assertEquals(2, sets.training().size());
            assertEquals(Optional.empty(), sets.evaluation());
        }
        try (Dataset only = DataFiles.readTest(npz, ReadOptions.DEFAULT)) {
            assertEquals(2, only.size());
        }
    }

    @Test
    void labelsInOneHotForm() throws IOException {
        byte[] rows = TestFiles.npy("|u1", TestFiles.bytes(0, 0, 1, 1, 0, 0), 2, 3);
        write("x_train.npy", PAIRS);
        write("y_train.npy", rows);
        List<String> notes = new ArrayList<>();
        try (TrainingData sets = DataFiles.readFolder(folder, ReadOptions.DEFAULT.withNotes(notes::add))) {
            assertArrayEquals(new int[] {2, 0}, TestFiles.labels(sets.training()));
        }
        assertTrue(notes.get(0).contains("one-hot form of 3 classes"), notes::toString);
        write("y_train.npy", TestFiles.npy("|u1", TestFiles.bytes(0, 1, 1, 1, 0, 0), 2, 3));
        WrongFilesTest.assertSentence(
                folder.resolve("y_train.npy"), "nor is row 0 the one-hot form", () -> DataFiles.readFolder(folder));
    }

    /** Mapped, it would be a mixture, or the end of the process. */
    @Test
    void aFileMayBeRewrittenOnceItIsRead() throws IOException {
        byte[] pixels = new byte[2 << 20];
        Arrays.fill(pixels, (byte) 7);
        Path file = TestFiles.write(folder, "large.npy", TestFiles.npy("|u1", pixels, 2 << 10, 1 << 10));
        try (Dataset read = DataFiles.readImages(file)) {
            Files.write(file, new byte[3]);
            assertEquals(7, read.withScale(1).sample((2 << 10) - 1)[1023]);
        }
    }

    @Test
    void aFileThatIsWrittenWhileItIsReadIsRefused() throws IOException {
        Path file = TestFiles.write(folder, "growing.csv", TestFiles.text("a,b\n1,2\n"));
        try (Content content = Content.ofFile(file)) {
            Files.writeString(file, "a,b\n1,2\n3,4\n");
            WrongFilesTest.assertSentence(file, "written to while it was read", content::requireUnchanged);
        }
    }

    private void write(String name, byte[] contents) {
        TestFiles.write(folder, name, name.endsWith(".gz") ? TestFiles.gzip(contents) : contents);
    }
}
