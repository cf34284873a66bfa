package dev.mnistnative.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.data.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFoldersTest {
    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();
    private final ReadOptions options = ReadOptions.DEFAULT.withNotes(notes::add);

    /** A bar of bright ink on a dark ground, or the other way round. */
    private void write(String name, int width, int height, boolean darkInk) throws IOException {
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.length; i++) {
            boolean bar = i % width == width / 2 && i / width > 0 && i / width < height - 1;
            pixels[i] = (byte) (bar == darkInk ? 0 : 255);
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, PictureFiles.png(PictureFiles.gray(pixels, width, height)));
    }

    @Test
    void oneSizeIsTakenAsItIs() throws IOException {
        write("train/3/a.png", 6, 4, false);
        write("train/10/b.png", 6, 4, true);
        write("test/10/c.png", 6, 4, false);
        assertTrue(PictureFolders.isThere(folder));
        try (TrainingData read = PictureFolders.read(folder, options)) {
            Dataset training = read.training();
            assertArrayEquals(new int[] {4, 6}, training.sampleShape());
            assertEquals(List.of(3, 10), List.of(training.label(0), training.label(1)));
            assertEquals(List.of(), training.classNames());
            assertArrayEquals(new float[] {0, 0, 0, 1, 0, 0}, Arrays.copyOfRange(training.sample(0), 6, 12));
            assertEquals(10, read.evaluation().orElseThrow().label(0));
        }
        assertTrue(notes.get(0).contains("2 pictures, a folder for each class, as they are, 6 x 4"), notes::toString);
    }

    @Test
    void severalSizesAreBroughtIntoMnistsForm() throws IOException {
        write("cat/a.png", 40, 60, false);
        write("dog/b.png", 50, 30, true);
        Files.write(folder.resolve("dog/broken.png"), new byte[50]);
        try (TrainingData read = PictureFolders.read(folder, options)) {
            assertArrayEquals(new int[] {28, 28}, read.training().sampleShape());
            assertEquals(List.of("cat", "dog"), read.training().classNames());
            assertEquals(2, read.training().size());
            assertEquals(1, read.training().label(1));
            assertEquals(0, read.training().sample(1)[0]);
        }
        assertTrue(notes.get(0).contains("brought into MNIST's form"), notes::toString);
        assertTrue(notes.get(1).contains("1 of 3 files cannot be read and are left out"), notes::toString);
        assertTrue(notes.get(1).contains("broken.png"), notes::toString);
    }

    @Test
    void darkInkOfMnistsSizeIsTurnedRound() throws IOException {
        write("0/a.png", 28, 28, true);
        write("1/b.png", 28, 28, true);
        try (TrainingData read = PictureFolders.read(folder, options)) {
            assertEquals(0, read.training().sample(0)[0]);
        }
    }

    @Test
    void aTestSetIsNumberedByTheModelsNames() throws IOException {
        write("test/dog/a.png", 5, 5, false);
        ReadOptions named = options.withClassNames(List.of("cat", "dog"));
        try (Dataset test = PictureFolders.readTest(folder, named)) {
            assertEquals(1, test.label(0));
        }
        assertTrue(assertThrows(DataFormatException.class, () -> PictureFolders.read(folder, options))
                .getMessage()
                .contains("a test set but no training set"));
        ReadOptions others = options.withClassNames(List.of("cow", "cat"));
        assertTrue(assertThrows(DataFormatException.class, () -> PictureFolders.readTest(folder, others))
                .getMessage()
                .contains("'dog' is none of the classes [cow, cat]"));
    }

    @Test
    void otherFoldersHoldNone() throws IOException {
        assertFalse(PictureFolders.isThere(folder));
        Files.createDirectories(folder.resolve("MNIST/raw"));
        Files.write(folder.resolve("MNIST/x.npy"), new byte[9]);
        assertFalse(PictureFolders.isThere(folder));
    }
}
