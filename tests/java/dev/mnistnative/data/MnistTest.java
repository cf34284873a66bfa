package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class MnistTest {
    @Test
    void theTrainingSet() {
        try (Dataset train = Mnist.train()) {
            assertEquals(60_000, train.size());
            assertArrayEquals(new int[] {28, 28}, train.sampleShape());
            assertEquals(10, train.classes());
            assertEquals(PixelType.UINT8, train.pixelType());
            assertEquals(60_000L * (784 + 4), train.nativeBytes());
            int[] first = new int[10];
            train.labels().get(first);
            assertArrayEquals(new int[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, first);
            assertEquals(0.1307, mean(train), 5e-5); // the mean every MNIST program normalises with
        }
    }

    @Test
    void theTestSet() {
        try (Dataset test = Mnist.test()) {
            assertEquals(10_000, test.size());
            assertEquals(7, test.label(0));
            assertEquals(6, test.label(9_999));
            int[] counts = new int[10];
            for (int i = 0; i < test.size(); i++) {
                counts[test.label(i)]++;
            }
            assertArrayEquals(new int[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, counts);
        }
    }

    @Test
    void damageIsRefusedByName() throws IOException {
        assertDamaged("its CRC-32 is wrong", contents -> {
            contents[5_000] ^= 1;
            return TestFiles.gzip(contents);
        });
        assertDamaged(
                "it ends 1 bytes early", contents -> TestFiles.gzip(Arrays.copyOf(contents, contents.length - 1)));
        assertDamaged("it is longer", contents -> TestFiles.gzip(Arrays.copyOf(contents, contents.length + 1)));
        assertDamaged("Not in GZIP format", contents -> contents);
        assertDamaged("Unexpected end", contents -> {
            byte[] gzip = TestFiles.gzip(contents);
            return Arrays.copyOf(gzip, gzip.length / 2);
        });
    }

    /** The contents are those that the notice beside them names. */
    @Test
    void theContentsAreTheOriginals() throws Exception {
        String notice;
        try (InputStream in = Mnist.class.getResourceAsStream("mnist/NOTICE.txt")) {
            notice = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        for (Mnist.Part part : List.of(Mnist.TRAIN_IMAGES, Mnist.TRAIN_LABELS, Mnist.TEST_IMAGES, Mnist.TEST_LABELS)) {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(contents(part.resource()));
            String line = HexFormat.of().formatHex(sum) + "  " + part.name();
            assertTrue(notice.contains(line + "\n"), line);
        }
    }

    @Test
    void aMissingDataJarIsNamed() {
        String message = assertThrows(
                        DataFormatException.class, () -> Mnist.load(Mnist.TEST_IMAGES, Mnist.TEST_LABELS, name -> null))
                .getMessage();
        assertTrue(message.contains("mnist/t10k-labels-idx1-ubyte.gz"), message);
        assertTrue(message.contains("dev.mnistnative:mnist-native:data"), message);
    }

    /** Loads the test set with its label file spoilt. */
    private static void assertDamaged(String why, UnaryOperator<byte[]> spoil) throws IOException {
        String name = Mnist.TEST_LABELS.resource();
        String message = assertThrows(
                        DataFormatException.class,
                        () -> Mnist.load(
                                Mnist.TEST_IMAGES,
                                Mnist.TEST_LABELS,
                                resource -> resource.equals(name)
                                        ? new ByteArrayInputStream(spoil.apply(contents(name)))
                                        : Mnist.class.getResourceAsStream(resource)))
                .getMessage();
        assertTrue(message.startsWith(name) && message.contains(why), message);
    }

    private static byte[] contents(String resource) {
        try (InputStream in = new GZIPInputStream(Mnist.class.getResourceAsStream(resource))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double mean(Dataset set) {
        ByteBuffer pixels = set.pixels();
        long sum = 0;
        for (int i = 0; i < pixels.limit(); i++) {
            sum += pixels.get(i) & 0xff;
        }
        return sum * set.scale() / pixels.limit();
    }
}
