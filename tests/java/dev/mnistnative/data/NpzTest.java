package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {
    private static final byte[] TWO_IMAGES = TestFiles.npy("|u1", TestFiles.bytes(1, 2, 3, 4), 2, 2);
    private static final byte[] TWO_LABELS = TestFiles.npy("|u1", TestFiles.bytes(1, 0), 2);
    private static final byte[] ONE_IMAGE = TestFiles.npy("|u1", TestFiles.bytes(9, 9), 1, 2);
    private static final byte[] ONE_LABEL = TestFiles.npy("|u1", TestFiles.bytes(3), 1);
    private static final Map<String, byte[]> FOUR =
            Map.of("x_train", TWO_IMAGES, "y_train", TWO_LABELS, "x_test", ONE_IMAGE, "y_test", ONE_LABEL);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void conventionalNames(boolean deflated) throws IOException {
        Path file = TestFiles.write(folder, "digits", TestFiles.npz(deflated, FOUR));
        try (Dataset set = DataFiles.read(file, ReadOptions.DEFAULT).withScale(1)) {
            assertEquals(2, set.size());
            assertArrayEquals(new float[] {3, 4}, set.sample(1));
            assertEquals(1, set.label(0));
        }
        try (TrainingData both = DataFiles.readFolder(file)) {
            assertEquals(2, both.training().size());
            assertTrue(both.evaluation().isPresent());
            assertEquals(3, both.evaluation().orElseThrow().label(0));
        }
    }

    @Test
    void membersByName() throws IOException {
        Path file = TestFiles.write(folder, "d.npz", TestFiles.npz(true, FOUR));
        Path images = Path.of(file + ":x_test");
        Path labels = Path.of(file + ":y_test.npy");
        try (Dataset set = DataFiles.read(images, labels)) {
            assertEquals(1, set.size());
            assertEquals(3, set.label(0));
        }
        Path missing = Path.of(file + ":nothing");
        WrongFilesTest.assertSentence(file, "it has no member nothing but [", () -> DataFiles.readImages(missing));
    }

    @Test
    void theOnlyMemberNeedsNoName() throws IOException {
        Path images = TestFiles.write(folder, "a.npz", TestFiles.npz(true, Map.of("pictures", TWO_IMAGES)));
        Path labels = TestFiles.write(folder, "b.npz", TestFiles.npz(false, Map.of("kinds", TWO_LABELS)));
        try (Dataset set = DataFiles.read(images, labels)) {
            assertEquals(2, set.classes());
        }
    }

    @Test
    void aWrongChecksumIsFound() throws IOException {
        byte[] zip = TestFiles.npz(false, Map.of("x", TWO_IMAGES));
        int pixel = new String(zip, StandardCharsets.ISO_8859_1).indexOf("\u0001\u0002\u0003\u0004");
        zip[pixel] = 77;
        Path file = TestFiles.write(folder, "x.npz", zip);
        WrongFilesTest.assertSentence(Path.of(file + ":x.npy"), "wrong CRC-32", () -> DataFiles.readImages(file));
    }

    @Test
    void aMemberThatIsNoArray() throws IOException {
        byte[] zip = TestFiles.npz(true, Map.of("x", TestFiles.npz(true, FOUR)));
        Path file = TestFiles.write(folder, "x.npz", zip);
        WrongFilesTest.assertSentence(Path.of(file + ":x.npy"), "zip", () -> DataFiles.readImages(file));
    }
}
