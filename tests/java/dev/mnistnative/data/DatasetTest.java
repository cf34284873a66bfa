package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetTest {
    private final Dataset bytes = Dataset.ofBytes(TestFiles.bytes(0, 51, 255, 1, 2, 3), 2, new int[] {4, 0, 1});
    private final Dataset floats = Dataset.ofFloats(new float[] {0, -1, 0.5f, 3}, 1, new int[] {0, 1, -100, 1});

    @Test
    void bytesStayBytes() {
        assertEquals(3, bytes.size());
        assertEquals(2, bytes.features());
        assertArrayEquals(new int[] {2}, bytes.sampleShape());
        assertEquals(PixelType.UINT8, bytes.pixelType());
        assertEquals(1 / 255.0, bytes.scale());
        assertEquals(5, bytes.classes());
        assertEquals(6 + 3 * 4, bytes.nativeBytes());
        assertArrayEquals(new float[] {0, (float) (51 / 255.0)}, bytes.sample(0));
        assertEquals(1f, bytes.sample(1)[0]);
        assertEquals((byte) 255, bytes.pixels().get(2));
    }

    @Test
    void floatsStayAsTheyAre() {
        assertEquals(PixelType.FLOAT32, floats.pixelType());
        assertEquals(1, floats.scale());
        assertEquals(2, floats.classes());
        assertEquals(-100, floats.label(2));
        assertEquals(-1f, floats.pixels().asFloatBuffer().get(1));
    }

    @Test
    void viewsAreDirectReadOnlyAndInNativeOrder() {
        ByteBuffer pixels = floats.pixels();
        IntBuffer labels = floats.labels();
        assertTrue(pixels.isDirect() && pixels.isReadOnly() && labels.isDirect() && labels.isReadOnly());
        assertEquals(ByteOrder.nativeOrder(), pixels.order());
        assertEquals(ByteOrder.nativeOrder(), labels.order());
        pixels.position(3);
        assertEquals(0, floats.pixels().position());
    }

    @Test
    void closedSetsFailFastButMemoryLives() {
        ByteBuffer held = bytes.pixels();
        Dataset part = bytes.limit(2);
        bytes.close();
        bytes.close();
        List<Consumer<Dataset>> uses = List.of(
                Dataset::size,
                Dataset::features,
                Dataset::sampleShape,
                Dataset::pixelType,
                Dataset::scale,
                Dataset::classes,
                Dataset::classNames,
                Dataset::ignoreIndex,
                Dataset::pixels,
                Dataset::labels,
                Dataset::nativeBytes,
                d -> d.label(0),
                d -> d.sample(0),
                d -> d.withScale(1),
                d -> d.withIgnoreIndex(0),
                d -> d.limit(1),
                d -> d.select(new int[] {0}),
                d -> d.split(0.5, 0));
        for (Consumer<Dataset> use : uses) {
            assertEquals(
                    "dataset is closed",
                    assertThrows(IllegalStateException.class, () -> use.accept(bytes))
                            .getMessage());
        }
        assertEquals("Dataset[closed]", bytes.toString());
        assertEquals((byte) 255, held.get(2));
        assertEquals(4, part.label(0));
    }

    @Test
    void scales() {
        try (Dataset raw = bytes.withScale(1)) {
            assertArrayEquals(new float[] {255, 1}, raw.sample(1));
            assertEquals(PixelType.UINT8, raw.pixelType());
        }
        try (Dataset halved = floats.withScale(0.5)) {
            assertEquals(-0.5f, halved.sample(1)[0]);
            assertEquals(1, halved.scale());
            assertEquals(-1f, floats.sample(1)[0]);
        }
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> bytes.withScale(bad));
        }
        assertThrows(
                IllegalArgumentException.class, () -> floats.withScale(3e38).withScale(3e38));
    }

    @Test
    void anotherIgnoreIndex() {
        Dataset ignoring = bytes.withIgnoreIndex(4);
        assertEquals(4, ignoring.ignoreIndex());
        assertEquals(4, ignoring.label(0));
        assertEquals(5, ignoring.classes());
        assertEquals(-100, bytes.ignoreIndex());
        refuse("label 2 is -100", () -> floats.withIgnoreIndex(-1));
    }

    @Test
    void limits() {
        Dataset two = bytes.limit(2);
        assertEquals(2, two.size());
        assertEquals(0, two.label(1));
        assertEquals(5, two.classes());
        assertEquals(3, bytes.limit(1000).size());
        assertThrows(IllegalArgumentException.class, () -> bytes.limit(0));
        assertThrows(IndexOutOfBoundsException.class, () -> two.label(2));
        assertThrows(IndexOutOfBoundsException.class, () -> two.sample(2));
        assertThrows(IndexOutOfBoundsException.class, () -> two.sample(-1));
    }

    @Test
    void selections() {
        Dataset chosen = bytes.select(new int[] {2, 0, 2});
        assertArrayEquals(bytes.sample(2), chosen.sample(0));
        assertArrayEquals(bytes.sample(0), chosen.sample(1));
        assertEquals(1, chosen.label(2));
        assertEquals(5, chosen.classes());
        assertThrows(IndexOutOfBoundsException.class, () -> bytes.select(new int[] {3}));
        assertThrows(IllegalArgumentException.class, () -> bytes.select(new int[0]));
    }

    @ParameterizedTest
    @CsvSource({"10,0.1,1", "10,0.25,3", "2,0.01,1", "2,0.99,1", "1000,0.5,500"})
    void splits(int size, double share, int held) {
        Dataset all = numbered(size);
        TrainingData split = all.split(share, 7);
        assertEquals(held, split.evaluation().orElseThrow().size());
        assertEquals(size - held, split.training().size());
        int[] training = TestFiles.labels(split.training());
        int[] validation = TestFiles.labels(split.evaluation().orElseThrow());
        assertArrayEquals(Arrays.stream(training).sorted().toArray(), training);
        int[] together = IntStream.concat(Arrays.stream(training), Arrays.stream(validation))
                .sorted()
                .toArray();
        assertArrayEquals(IntStream.range(0, size).toArray(), together);
        assertArrayEquals(
                validation, TestFiles.labels(all.split(share, 7).evaluation().orElseThrow()));
    }

    @Test
    void theSplitDependsOnTheSeed() {
        Dataset all = numbered(1000);
        assertFalse(Arrays.equals(
                TestFiles.labels(all.split(0.2, 1).evaluation().orElseThrow()),
                TestFiles.labels(all.split(0.2, 2).evaluation().orElseThrow())));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.5, Double.NaN})
    void sharesThatAreNone(double share) {
        assertThrows(IllegalArgumentException.class, () -> bytes.split(share, 0));
    }

    @Test
    void oneSampleCannotBeSplit() {
        assertThrows(IllegalArgumentException.class, () -> bytes.limit(1).split(0.5, 0));
    }

    @Test
    void wrongArguments() {
        refuse("whole number of samples", () -> Dataset.ofBytes(new byte[5], 2, new int[2]));
        refuse("at least one", () -> Dataset.ofBytes(new byte[0], 2, new int[0]));
        refuse("labels: 1 for 2 samples", () -> Dataset.ofBytes(new byte[4], 2, new int[1]));
        refuse("sampleShape [0]", () -> Dataset.ofBytes(new byte[4], 0, new int[1]));
        refuse("label 1 is -1", () -> Dataset.ofBytes(new byte[2], 1, new int[] {0, -1}));
        refuse("label 0 is 2147483647", () -> Dataset.ofBytes(new byte[1], 1, new int[] {Integer.MAX_VALUE}));
        refuse("sample 1, feature 0 is NaN", () -> Dataset.ofFloats(new float[] {1, Float.NaN}, 1, null));
        int[] one = {1};
        refuse("direct", () -> Dataset.of(ByteBuffer.allocate(4), PixelType.UINT8, one, null, -100));
        ByteBuffer odd = ByteBuffer.allocateDirect(9).position(1);
        refuse("multiple of 4", () -> Dataset.of(odd, PixelType.FLOAT32, one, null, -100));
        refuse("2 GiB", () -> Dataset.of(odd, PixelType.UINT8, new int[] {1 << 30, 1 << 30}, null, -100));
        refuse("2 GiB", () -> Dataset.ofFloats(new float[8], (1 << 30) + 1, new int[8])); // 4 bytes, as an int has it
        refuse("2 GiB", () -> Dataset.builder(1 << 29, 1));
    }

    @Test
    void floatsOfTheOtherByteOrderAreRefused() {
        ByteBuffer other = ByteBuffer.allocateDirect(4)
                .order(
                        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                                ? ByteOrder.LITTLE_ENDIAN
                                : ByteOrder.BIG_ENDIAN);
        other.putFloat(0, 1);
        int[] one = {1};
        refuse("native byte order", () -> Dataset.of(other, PixelType.FLOAT32, one, null, -100));
        assertEquals(
                1, Dataset.of(other, PixelType.UINT8, new int[] {4}, null, -100).size());
        other.order(ByteOrder.nativeOrder()).putFloat(0, 0.5f);
        IntBuffer labels = ByteBuffer.allocate(4).asIntBuffer().put(0, 2);
        try (Dataset data = Dataset.of(other, PixelType.FLOAT32, one, labels, -100)) {
            assertEquals(0.5f, data.sample(0)[0]);
            assertEquals(2, data.label(0)); // of any order, on the heap or not
        }
    }

    /** Native code indexes by the labels: what the caller does to his later must not reach it. */
    @Test
    void labelsAreCopied() {
        IntBuffer labels =
                ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).asIntBuffer();
        labels.put(1, 3);
        Dataset data =
                Dataset.of(ByteBuffer.allocateDirect(1), PixelType.UINT8, new int[] {1}, labels.position(1), -100);
        labels.put(1, 1 << 30);
        assertEquals(3, data.label(0));
        assertEquals(1, labels.position());
    }

    @Test
    void rangesOfNumbers() {
        assertEquals(
                new NumberRange(0, 255, true),
                Dataset.ofBytes(new byte[] {0, 2}, 1, null).range());
        assertEquals(
                new NumberRange(0, 1, true),
                Dataset.ofBytes(new byte[] {0, 1}, 1, null).range());
        assertEquals(
                new NumberRange(0, 0, true),
                Dataset.ofBytes(new byte[2], 1, null).range());
        assertEquals(
                new NumberRange(-2, 7, true),
                Dataset.ofFloats(new float[] {1, -2, 0, 7}, 2, null).range());
        assertEquals(
                new NumberRange(0.5, 9, false),
                Dataset.ofFloats(new float[] {1, 0.5f, 9, 7}, 2, null).range());
        for (byte[] bytes : new byte[][] {{0, 0}, {0, 1}, {1, 2}, {-1, 0}}) {
            assertEquals(Dataset.ofBytes(bytes, 2, null).range(), NumberRange.of(bytes));
        }
    }

    @Test
    void givenMemoryIsUsedInPlace() {
        ByteBuffer memory = ByteBuffer.allocateDirect(8);
        memory.put(4, (byte) 9);
        IntBuffer labels =
                ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).asIntBuffer();
        labels.put(0, 255);
        Dataset set = Dataset.of(memory.position(4), PixelType.UINT8, new int[] {2, 2}, labels, 255);
        assertEquals(1, set.size());
        assertEquals(9, set.pixels().get(0));
        assertEquals(0, set.classes());
        memory.put(4, (byte) 10);
        assertEquals(10, set.pixels().get(0));
    }

    @Test
    void withoutLabels() {
        Dataset bare = Dataset.ofBytes(new byte[4], 2, null);
        assertEquals(0, bare.classes());
        assertEquals(1, bare.select(new int[] {1}).size());
        assertThrows(IllegalStateException.class, bare::labels);
        assertThrows(IllegalStateException.class, () -> bare.label(0));
    }

    private static void refuse(String part, Executable use) {
        String message = assertThrows(IllegalArgumentException.class, use).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static Dataset numbered(int size) {
        return Dataset.ofFloats(new float[size], 1, IntStream.range(0, size).toArray());
    }
}
