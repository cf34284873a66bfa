package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data sets filled row by row. Blocks of a few bytes stand for the 2 GiB that a buffer can have. */
class DatasetBuilderTest {
    private static final int FEATURES = 3;

    /** Row i, feature f is i + f / 10; its label is i modulo 3. */
    private static float[] floats(int row) {
        return new float[] {row, row + 0.1f, row + 0.2f};
    }

    private static byte[] bytes(int row) {
        return new byte[] {(byte) row, (byte) (row + 1), (byte) (255 - row)};
    }

    @ParameterizedTest
    @CsvSource({"1, 1000", "7, 1000", "7, 12", "7, 30", "100, 36", "101, 50", "97, 12"})
    void anyOrderAndAnyBlocksGiveTheRowsInOrder(int rows, int mostPerBlock) {
        DatasetBuilder builder = new DatasetBuilder(FEATURES, rows, mostPerBlock);
        int[] order = SampleOrder.shuffled(rows, 1, 0);
        for (int row : order) {
            builder.put(row, floats(row), row % 3);
        }
        try (Dataset set = builder.build()) {
            assertEquals(PixelType.FLOAT32, set.pixelType());
            assertEquals(rows, set.size());
            assertEquals(Math.min(3, rows), set.classes());
            for (int row = 0; row < rows; row++) {
                assertArrayEquals(floats(row), set.sample(row));
                assertEquals(row % 3, set.label(row));
                assertEquals((float) row, set.pixels(row, 1).asFloatBuffer().get(0));
            }
            assertRowsLieBehindEachOther(set);
            int half = (rows + 1) / 2;
            assertArrayEquals(floats(half - 1), set.limit(half).sample(half - 1));
            assertArrayEquals(floats(order[rows - 1]), set.select(order).sample(rows - 1));
            float[] last = floats(rows - 1);
            assertArrayEquals(
                    new float[] {2 * last[0], 2 * last[1], 2 * last[2]},
                    doubled(set).sample(rows - 1));
        }
    }

    private static Dataset doubled(Dataset set) {
        return set.map((f, x) -> 2 * x);
    }

    private static void assertRowsLieBehindEachOther(Dataset set) {
        ByteBuffer all = set.pixels();
        for (int row = 0; row < set.size(); row++) {
            assertEquals((float) row, all.getFloat(row * FEATURES * Float.BYTES));
        }
    }

    @ParameterizedTest
    @CsvSource({"5, 1000", "100, 7", "33, 12"})
    void bytesStayBytes(int rows, int mostPerBlock) {
        DatasetBuilder builder = new DatasetBuilder(FEATURES, rows, Math.max(mostPerBlock, 12));
        for (int row = 0; row < rows; row++) {
            builder.put(row, bytes(row), 0);
        }
        Dataset set = builder.build();
        assertEquals(PixelType.UINT8, set.pixelType());
        byte[] all = new byte[rows * FEATURES];
        set.pixels().get(all);
        Dataset copied = Dataset.ofBytes(all, FEATURES, new int[rows]);
        for (int row = 0; row < rows; row++) {
            assertArrayEquals(copied.sample(row), set.sample(row));
            assertEquals((byte) row, all[row * FEATURES]);
        }
    }

    @Test
    void floatsThatAreAllBytesBecomeBytes() {
        DatasetBuilder builder = Dataset.builder(1, 512);
        for (int k = 0; k < 256; k++) {
            builder.put(k, new float[] {k / 255f}, 0).put(256 + k, new float[] {(float) (k * (1.0 / 255))}, 1);
        }
        Dataset set = builder.build();
        assertEquals(PixelType.UINT8, set.pixelType());
        for (int k = 0; k < 256; k++) {
            assertEquals(k / 255f, set.sample(k)[0]);
            assertEquals(k, set.pixels().get(256 + k) & 0xff);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.5", "-0.0", "1.5", "-0.003921569", "0.1", "3e38", "0.003921569"})
    void oneOtherValueTurnsAllIntoFloats(float other) {
        boolean isByte = other == 1 / 255f;
        DatasetBuilder builder = Dataset.builder(2, 4);
        builder.put(1, new float[] {0.2f, 1}, 0).put(3, new byte[] {51, -1}, 0);
        builder.put(0, new float[] {1, other}, 0).put(2, new byte[] {(byte) 128, 0}, 0);
        Dataset set = builder.build();
        assertEquals(isByte ? PixelType.UINT8 : PixelType.FLOAT32, set.pixelType());
        assertArrayEquals(new float[] {0.2f, 1}, set.sample(1));
        assertArrayEquals(new float[] {0.2f, 1}, set.sample(3));
        assertArrayEquals(new float[] {1, other}, set.sample(0));
        assertArrayEquals(new float[] {(float) (128 * (1.0 / 255)), 0}, set.sample(2));
    }

    @Test
    void aRowThatIsPutAgainReplacesTheOneBefore() {
        Dataset set = Dataset.builder(2, 1)
                .put(0, new float[] {1, 0}, 4)
                .put(0, new float[] {0.3f, 7}, 2)
                .build();
        assertArrayEquals(new float[] {0.3f, 7}, set.sample(0));
        assertEquals(3, set.classes());
    }

    @Test
    void labelsMayBeLeftOutAndShapesGiven() {
        Dataset set =
                Dataset.builder(6, 1).sampleShape(2, 3).put(0, new byte[6]).build();
        assertEquals(0, set.classes());
        assertThrows(IllegalStateException.class, set::labels);
        assertArrayEquals(new int[] {2, 3}, set.sampleShape());
        Dataset ignoring = Dataset.builder(1, 2)
                .ignoreIndex(-1)
                .put(0, new byte[1], -1)
                .put(1, new byte[1], 1)
                .build();
        assertEquals(-1, ignoring.ignoreIndex());
        assertEquals(2, ignoring.classes());
    }

    @Test
    void whatIsWrongIsRefusedWithASentence() {
        DatasetBuilder builder = Dataset.builder(2, 3);
        float[] row = {0, 1};
        refused(IndexOutOfBoundsException.class, "row 3 is none of the rows 0 … 2", () -> builder.put(3, row, 0));
        refused(IndexOutOfBoundsException.class, "row -1 is none of the rows 0 … 2", () -> builder.put(-1, row, 0));
        refused("row 1 has 3 values, but every row has 2 features", () -> builder.put(1, new byte[3], 0));
        refused(
                "pixels: sample 1, feature 1 is NaN; every pixel must be a finite float32",
                () -> builder.put(1, new float[] {0, Float.NaN}, 0));
        builder.put(0, row, 0);
        refused("row 1 is missing, and 2 of 3 in all: put every row before build", builder::build);
        builder.put(1, row).put(2, row, 0);
        refused("row 1 has no label, but 2 rows have one: give all rows labels, or none", builder::build);
        builder.put(1, row, -5);
        refused("labels: label 1 is -5; labels are 0 … classes − 1, or the ignore_index -100", builder::build);
        refused("the sample shape has 6 features, but a row has 2", () -> builder.sampleShape(2, 3));
        builder.put(1, row, 1).build();
        refused(
                IllegalStateException.class,
                "the data set is built: begin another builder",
                () -> builder.put(1, row, 0));
        refused("rows must be 1 or more, not 0", () -> Dataset.builder(2, 0));
        assertThrows(IllegalArgumentException.class, () -> Dataset.builder(0, 1));
    }

    private static void refused(String sentence, Executable call) {
        refused(IllegalArgumentException.class, sentence, call);
    }

    private static void refused(Class<? extends Exception> type, String sentence, Executable call) {
        assertEquals(sentence, assertThrows(type, call).getMessage());
    }

    /** Views keep the memory when the data set is gone. */
    @Test
    void viewsOutliveTheDataSet() {
        DatasetBuilder builder = new DatasetBuilder(1000, 1000, 100_000);
        byte[] row = new byte[1000];
        new Random(1).nextBytes(row);
        for (int i = 0; i < 1000; i++) {
            builder.put(i, row, 0);
        }
        Dataset set = builder.build();
        ByteBuffer view = set.pixels(50, 400);
        set.close();
        set = null;
        builder = null;
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        byte[] seen = new byte[1000];
        for (int i = 0; i < 400; i++) {
            view.get(seen);
            assertArrayEquals(row, seen);
        }
    }
}
