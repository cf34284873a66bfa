package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every element type in every byte order, array order and version, against bytes made by hand. */
class ElementTypesTest {
    private static final int[] SHAPE = {2, 3, 2};

    @TempDir
    Path folder;

    /** Puts one number. */
    private interface Put {
        void put(ByteBuffer to, double value);
    }

    /** A type, how it is written, and twelve numbers of [2, 3, 2] that it can hold, extremes among them. */
    private record Sample(String numpy, int idx, int bytes, Put put, double... values) {
        @Override
        public String toString() {
            return numpy;
        }
    }

    private static final List<Sample> SAMPLES = List.of(
            new Sample("b1", 0, 1, (b, v) -> b.put((byte) v), 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 1),
            new Sample("u1", 0x08, 1, (b, v) -> b.put((byte) (int) v), 0, 255, 128, 127, 4, 5, 6, 7, 8, 9, 10, 11),
            new Sample("i1", 0x09, 1, (b, v) -> b.put((byte) v), -128, 127, -1, 3, 4, 5, 6, 7, 8, 9, 10, 11),
            new Sample(
                    "u2", 0, 2, (b, v) -> b.putShort((short) (int) v), 0, 65535, 32768, 258, 4, 5, 6, 7, 8, 9, 10, 11),
            new Sample("i2", 0x0B, 2, (b, v) -> b.putShort((short) v), -32768, 32767, -1, 258, 4, 5, 6, 7, 8, 9, 1, 2),
            new Sample(
                    "u4",
                    0,
                    4,
                    (b, v) -> b.putInt((int) (long) v),
                    0,
                    4294967040.0,
                    1 << 30,
                    3,
                    4,
                    5,
                    6,
                    7,
                    8,
                    9,
                    1,
                    2),
            new Sample("i4", 0x0C, 4, (b, v) -> b.putInt((int) v), -(1L << 31), 66051, -1, 3, 4, 5, 6, 7, 8, 9, 1, 2),
            new Sample(
                    "u8",
                    0,
                    8,
                    (b, v) -> b.putLong(v >= 0x1p63 ? (long) (v - 0x1p63) | Long.MIN_VALUE : (long) v),
                    0,
                    0x1p63,
                    0x1.8p63,
                    0x1p40,
                    4,
                    5,
                    6,
                    7,
                    8,
                    9,
                    1,
                    2),
            new Sample("i8", 0, 8, (b, v) -> b.putLong((long) v), -0x1p63, 0x1p62, -1, 258, 4, 5, 6, 7, 8, 9, 1, 2),
            new Sample(
                    "f2",
                    0,
                    2,
                    (b, v) -> b.putShort(half(v)),
                    0,
                    1,
                    -2,
                    0.5,
                    65504,
                    0x1p-14,
                    0x1p-24,
                    -0x1.ff8p-15,
                    0.333251953125,
                    -65504,
                    1.0009765625,
                    10),
            new Sample(
                    "f4",
                    0x0D,
                    4,
                    (b, v) -> b.putFloat((float) v),
                    0,
                    1,
                    -2.5,
                    1e-45f,
                    Float.MAX_VALUE,
                    -Float.MAX_VALUE,
                    6,
                    7,
                    8,
                    9,
                    10,
                    11),
            new Sample("f8", 0x0E, 8, (b, v) -> b.putDouble(v), 0, 0.1, -2.5, 1e-300, 3e38, 5, 6, 7, 8, 9, 1, 2));

    /** The binary16 bits of the numbers above, written down one by one. */
    private static short half(double v) {
        double[] values = {
            0, 1, -2, 0.5, 65504, 0x1p-14, 0x1p-24, -0x1.ff8p-15, 0.333251953125, -65504, 1.0009765625, 10
        };
        int[] bits = {0, 0x3c00, 0xc000, 0x3800, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x3555, 0xfbff, 0x3c01, 0x4900};
        for (int i = 0; i < values.length; i++) {
            if (values[i] == v) {
                return (short) bits[i];
            }
        }
        throw new AssertionError(v);
    }

    static Stream<Arguments> npyCases() {
        List<Arguments> cases = new ArrayList<>();
        for (Sample sample : SAMPLES) {
            for (String mark : sample.bytes() == 1 ? List.of("|", "<", ">") : List.of("<", ">", "=")) {
                for (boolean fortran : new boolean[] {false, true}) {
                    for (int version = 1; version <= 3; version++) {
                        cases.add(Arguments.of(sample, mark, fortran, version));
                    }
                }
            }
        }
        return cases.stream();
    }

    static Stream<Sample> idxCases() {
        return SAMPLES.stream().filter(s -> s.idx() != 0);
    }

    @ParameterizedTest
    @MethodSource("npyCases")
    void npy(Sample sample, String mark, boolean fortran, int version) throws IOException {
        double[] inFile = fortran ? fortranOrder(sample.values()) : sample.values();
        byte[] head = TestFiles.npyHead(version, TestFiles.dictionary(mark + sample.numpy(), fortran, SHAPE));
        byte[] file = TestFiles.concat(head, encode(sample, inFile, order(mark)));
        assertHolds(sample, DataFiles.readImages(TestFiles.write(folder, "a", file)));
        assertHolds(sample, DataFiles.readImages(TestFiles.write(folder, "b", TestFiles.gzip(file))));
    }

    @ParameterizedTest
    @MethodSource("idxCases")
    void idx(Sample sample) throws IOException {
        byte[] file = TestFiles.idx(sample.idx(), encode(sample, sample.values(), ByteOrder.BIG_ENDIAN), SHAPE);
        assertHolds(sample, DataFiles.readImages(TestFiles.write(folder, "a", file)));
        assertHolds(sample, DataFiles.readImages(TestFiles.write(folder, "b", TestFiles.gzip(file))));
    }

    @ParameterizedTest
    @MethodSource("npyCases")
    void labels(Sample sample, String mark, boolean fortran, int version) throws IOException {
        int[] wanted = {1, 0, 1, 1};
        byte[] head = TestFiles.npyHead(version, TestFiles.dictionary(mark + sample.numpy(), fortran, 4));
        ByteBuffer data = ByteBuffer.allocate(4 * sample.bytes()).order(order(mark));
        for (int label : wanted) {
            sample.put().put(data, label);
        }
        Path labels = TestFiles.write(folder, "y", TestFiles.concat(head, data.array()));
        Path images = TestFiles.write(folder, "x", TestFiles.npy("|u1", new byte[4], 4, 1));
        try (Dataset set = DataFiles.read(images, labels)) {
            int[] found = new int[4];
            set.labels().get(found);
            assertArrayEquals(wanted, found);
            assertEquals(2, set.classes());
        }
    }

    private static void assertHolds(Sample sample, Dataset set) {
        assertEquals(2, set.size());
        assertArrayEquals(new int[] {3, 2}, set.sampleShape());
        boolean isByte = sample.bytes() == 1 && !sample.numpy().equals("i1");
        assertEquals(isByte ? PixelType.UINT8 : PixelType.FLOAT32, set.pixelType());
        assertEquals(sample.numpy().equals("u1") ? 1 / 255.0 : 1, set.scale());
        for (int i = 0; i < 12; i++) {
            float expected = (float) (sample.values()[i] * set.scale());
            assertEquals(expected, set.sample(i / 6)[i % 6], 0f, "element " + i);
        }
    }

    private static ByteOrder order(String mark) {
        return switch (mark) {
            case "<" -> ByteOrder.LITTLE_ENDIAN;
            case ">" -> ByteOrder.BIG_ENDIAN;
            default -> ByteOrder.nativeOrder();
        };
    }

    private static byte[] encode(Sample sample, double[] values, ByteOrder order) {
        ByteBuffer data = ByteBuffer.allocate(values.length * sample.bytes()).order(order);
        Arrays.stream(values).forEach(v -> sample.put().put(data, v));
        return data.array();
    }

    /** Values of [2, 3, 2] in C order to the order in which the first index changes fastest. */
    private static double[] fortranOrder(double[] values) {
        double[] columns = new double[values.length];
        int at = 0;
        for (int k = 0; k < 2; k++) {
            for (int j = 0; j < 3; j++) {
                for (int i = 0; i < 2; i++) {
                    columns[at++] = values[(i * 3 + j) * 2 + k];
                }
            }
        }
        return columns;
    }
}
