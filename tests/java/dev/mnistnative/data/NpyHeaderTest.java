package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyHeaderTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }   \n",
                "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"|u1\"}",
                "{'shape': (2L, 3L), 'descr': 'u1', 'fortran_order': False}",
                "{'fortran_order' : False , 'descr' : '<u1' , 'shape' : ( 2 , 3 , ) }"
            })
    void writingsOfTheDictionary(String dictionary) throws IOException {
        byte[] file = TestFiles.concat(TestFiles.npyHead(1, dictionary), TestFiles.bytes(0, 1, 2, 3, 4, 255));
        try (Dataset set =
                DataFiles.readImages(TestFiles.write(folder, "x", file)).withScale(1)) {
            assertEquals(2, set.size());
            assertArrayEquals(new float[] {3, 4, 255}, set.sample(1));
        }
    }

    @ParameterizedTest
    @CsvSource({"'2,28,28', 784", "'2,1,28,28', 784", "'2,784', 784", "'2,3,5,7,2', 210", "'2,1', 1"})
    void shapes(String shape, int features) throws IOException {
        int[] dimensions =
                Arrays.stream(shape.split(",")).mapToInt(Integer::parseInt).toArray();
        byte[] file = TestFiles.npy("|u1", new byte[2 * features], dimensions);
        try (Dataset set = DataFiles.readImages(TestFiles.write(folder, "x", file))) {
            assertEquals(2, set.size());
            assertEquals(features, set.features());
            assertArrayEquals(Arrays.copyOfRange(dimensions, 1, dimensions.length), set.sampleShape());
        }
    }

    @Test
    void labelsMayBeAColumn() throws IOException {
        Path labels = TestFiles.write(folder, "y", TestFiles.npy("|u1", TestFiles.bytes(1, 2), 2, 1));
        Path images = TestFiles.write(folder, "x", TestFiles.npy("|u1", new byte[2], 2, 1));
        try (Dataset set = DataFiles.read(images, labels)) {
            assertEquals(3, set.classes());
        }
    }

    /** 3 MiB, so that the file is mapped where it may be. */
    @ParameterizedTest
    @CsvSource({"|u1,1", "<f4,4", ">f4,4"})
    void largeFiles(String descr, int width) throws IOException {
        int size = (3 << 20) / width / 4;
        ByteBuffer data = ByteBuffer.allocate(3 << 20)
                .order(descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size * 4; i++) {
            if (width == 1) {
                data.put((byte) (i % 251));
            } else {
                data.putFloat(i % 251);
            }
        }
        Path file = TestFiles.write(folder, "x", TestFiles.npy(descr, data.array(), size, 4));
        Dataset set = DataFiles.readImages(file).withScale(1);
        ByteBuffer pixels = set.pixels();
        assertTrue(pixels.isDirect());
        assertEquals(3 << 20, set.nativeBytes());
        for (int i = 0; i < size; i++) {
            for (int f = 0; f < 4; f++) {
                assertEquals((i * 4 + f) % 251, set.sample(i)[f]);
            }
        }
    }

    @Test
    void alignmentOfAMappedFileIsNoCondition() throws IOException {
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (300000, 1), }";
        byte[] head = TestFiles.npyHead(1, dictionary + " ".repeat(3 - (dictionary.length() + 10) % 4 + 2));
        assertEquals(1, head.length % 4);
        float[] values = new float[300_000];
        values[299_999] = 7;
        byte[] file = TestFiles.concat(head, TestFiles.floats(ByteOrder.LITTLE_ENDIAN, values));
        try (Dataset set = DataFiles.readImages(TestFiles.write(folder, "x", file))) {
            assertEquals(7, set.sample(299_999)[0]);
        }
    }
}
