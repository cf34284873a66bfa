package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every wrong file gets one sentence that names the file, the fault and a remedy. */
class WrongFilesTest {
    private static final byte[] IMAGES = TestFiles.idx(8, new byte[12], 3, 2, 2);

    @TempDir
    Path folder;

    static Stream<Arguments> wrongImages() {
        String le = "<f4";
        byte[] two = new byte[2];
        return Stream.of(
                wrong("empty file", new byte[0], "it is empty"),
                wrong("unknown magic", TestFiles.bytes(1, 2, 3, 4, 5), "none of npy, npz, IDX and CSV"),
                wrong("cut npy magic", TestFiles.bytes(0x93, 'N', 'U', 'M', 'P', 'Y'), "ends within the npy magic"),
                wrong("npy version", TestFiles.npyHead(4, ""), "npy version 4.0 is not known"),
                wrong("cut npy header", cut(TestFiles.npy("|u1", two, 2, 1), 30), "ends within the npy header"),
                wrong("long npy header", npyHeaderLength(1 << 30), "its header claims 1073741824 bytes"),
                wrong("no dictionary", TestFiles.npyHead(1, "hello"), "no dictionary"),
                wrong("no shape", TestFiles.npyHead(1, "{'descr': '|u1', 'fortran_order': False}"), "no valid 'shape'"),
                wrong("no descr", TestFiles.npyHead(1, "{'fortran_order': False, 'shape': (1,)}"), "no valid 'descr'"),
                wrong("objects", TestFiles.npy("|O", two, 2, 1), "its elements are '|O'"),
                wrong("complex", TestFiles.npy("<c8", two, 2, 1), "its elements are '<c8'"),
                wrong("strings", TestFiles.npy("<U5", two, 2, 1), "its elements are '<U5'"),
                wrong(
                        "structured",
                        TestFiles.npyHead(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"),
                        "structured array"),
                wrong("cut npy", TestFiles.npy(le, new byte[15], 2, 2), "takes 16 bytes, but 15 are there"),
                wrong("npy and more", TestFiles.npy(le, new byte[17], 2, 2), "more bytes follow"),
                wrong("negative npy", TestFiles.npy(le, two, 2, -1), "negative"),
                wrong("no samples", TestFiles.npy(le, new byte[0], 0, 4), "holds no samples"),
                wrong("a scalar", TestFiles.npy(le, new byte[4]), "a single number"),
                wrong("one dimension", TestFiles.npy(le, new byte[16], 4), "images and labels are not exchanged"),
                wrong("huge npy", TestFiles.npy(le, two, 2147483647, 1000), "2 GiB"),
                wrong("impossible npy", TestFiles.npy(le, two, 2147483647, 2147483647, 2147483647), "impossibly large"),
                wrong("dimension", npyShape("(99999999999999999999,)"), "dimension '99999999999999999999'"),
                wrong("33 dimensions", npyShape("(" + "1,".repeat(33) + ")"), "33 dimensions"),
                wrong("NaN", npyFloats(1, Float.NaN), "sample 1, feature 0 is NaN"),
                wrong("infinity", npyFloats(Float.NEGATIVE_INFINITY, 1), "sample 0, feature 0 is -Infinity"),
                wrong(
                        "beyond float32",
                        TestFiles.npy(">f8", TestFiles.doubles(ByteOrder.BIG_ENDIAN, 1, 1e39), 1, 2),
                        "feature 1 is Infinity"),
                wrong("IDX type", TestFiles.idx(7, two, 2, 1), "element type 0x07"),
                wrong("cut IDX head", cut(IMAGES, 9), "ends within the IDX dimensions"),
                wrong("cut IDX", cut(IMAGES, IMAGES.length - 1), "takes 12 bytes, but 11 are there"),
                wrong("IDX and more", TestFiles.concat(IMAGES, two), "more bytes follow"),
                wrong("negative IDX", TestFiles.idx(8, two, -1, 2), "negative"),
                wrong("huge IDX", TestFiles.idx(8, two, 1 << 30, 1 << 20), "2 GiB"),
                wrong("claims 1 GiB", TestFiles.idx(8, two, 1 << 20, 1 << 10), "takes 1073741824 bytes, but 2"),
                wrong("IDX no dimension", TestFiles.idx(8, two), "a single number"),
                wrong("cut gzip", cut(TestFiles.gzip(IMAGES), 20), "damaged or cut off"),
                wrong("gzip and more", TestFiles.concat(TestFiles.gzip(IMAGES), two), "no gzip follow"),
                wrong("gzip of cut IDX", TestFiles.gzip(cut(IMAGES, 20)), "takes 12 bytes, but 4 are there"),
                wrong("gzip of IDX and more", TestFiles.gzip(TestFiles.concat(IMAGES, two)), "more bytes follow"),
                wrong(
                        "HDF5",
                        TestFiles.concat(TestFiles.bytes(0x89), TestFiles.text("HDF\r\n\0\0")),
                        "it is an HDF5 file"),
                wrong("pickle", TestFiles.bytes(0x80, 4, 0x95, 0, 0, 0), "it is a Python pickle"),
                wrong("Parquet", TestFiles.text("PAR1\0\0\0"), "it is a Parquet file"),
                wrong("LFS", TestFiles.text("version https://git-lfs.github.com/spec/v1\n"), "Git LFS pointer"),
                wrong("page", TestFiles.text("\n<!DOCTYPE html>\n<html>"), "it is a web page"),
                wrong("sheet", TestFiles.npz(true, Map.of("[Content_Types].xml", IMAGES)), "it is an Excel file"),
                wrong("gzip of gzip", TestFiles.gzip(TestFiles.gzip(IMAGES)), "none of npy"),
                wrong(
                        "gzip of npz",
                        TestFiles.gzip(TestFiles.npz(true, Map.of("x", IMAGES))),
                        "it is a zip, gzipped or out of a pipe"),
                wrong("IDX dimensions only", TestFiles.bytes(0, 0, 8, 255), "ends within the IDX dimensions"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongImages")
    void images(String name, byte[] contents, String fault) throws IOException {
        Path file = TestFiles.write(folder, "wrong-file", contents);
        assertSentence(file, fault, () -> DataFiles.readImages(file));
    }

    static Stream<Arguments> wrongLabels() {
        return Stream.of(
                wrong("negative", TestFiles.npy("|i1", TestFiles.bytes(0, -1, 2), 3), "label 1 is -1"),
                wrong("fraction", labelDoubles(0, 1, 2.5), "label 2 is 2.5"),
                wrong("NaN", labelDoubles(0, Double.NaN, 1), "label 1 is NaN"),
                wrong("infinity", labelDoubles(Double.POSITIVE_INFINITY, 0, 1), "label 0 is Infinity"),
                wrong("beyond int32", labelDoubles(0, 4294967296.0, 1), "label 1 is 4294967296"),
                wrong("largest int", labelDoubles(0, Integer.MAX_VALUE, 1), "label 1 is 2147483647"),
                wrong("too few", TestFiles.npy("|u1", new byte[2], 2), "3 samples, but"),
                wrong("too many", TestFiles.npy("|u1", new byte[4], 4), "has 4 labels"),
                wrong("one-hot", TestFiles.npy("|u1", new byte[30], 3, 10), "labels are [N]"),
                wrong("cut", TestFiles.npy("<i8", new byte[23], 3), "takes 24 bytes, but 23 are there"),
                wrong("text", TestFiles.text("1\n2\n3\n"), "text, not an array"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongLabels")
    void labels(String name, byte[] contents, String fault) {
        Path images = TestFiles.write(folder, "images", IMAGES);
        Path labels = TestFiles.write(folder, "labels", contents);
        String message = assertThrows(DataFormatException.class, () -> DataFiles.read(images, labels))
                .getMessage();
        assertTrue(message.contains(fault), message);
        assertTrue(message.contains(labels.toString()), message);
    }

    @Test
    void labelsOutsideToldClassesUnlessIgnored() throws IOException {
        Path images = TestFiles.write(folder, "images", IMAGES);
        Path labels = TestFiles.write(folder, "labels", TestFiles.idx(8, TestFiles.bytes(0, 255, 2), 3));
        ReadOptions three = ReadOptions.DEFAULT.withClasses(3);
        assertSentence(
                labels,
                "label 1 is 255, but labels are whole numbers 0 … 2",
                () -> DataFiles.read(SampleFiles.of(images, labels), three));
        try (Dataset set = DataFiles.read(SampleFiles.of(images, labels), three.withIgnoreIndex(255))) {
            assertEquals(3, set.classes());
            assertEquals(255, set.label(1));
            assertEquals(255, set.ignoreIndex());
        }
        ReadOptions untold = ReadOptions.DEFAULT.withIgnoreIndex(255);
        try (Dataset set = DataFiles.read(SampleFiles.of(images, labels), untold)) {
            assertEquals(3, set.classes());
        }
    }

    @Test
    void minus100IsIgnoredByDefault() throws IOException {
        Path images = TestFiles.write(folder, "images", IMAGES);
        Path labels = TestFiles.write(folder, "labels", labelDoubles(4, -100, 0));
        try (Dataset set = DataFiles.read(images, labels)) {
            assertEquals(-100, set.label(1));
            assertEquals(5, set.classes());
        }
    }

    @Test
    void missingAndUnreadablePaths() throws IOException {
        Path missing = folder.resolve("missing");
        assertSentence(missing, "there is no such file", () -> DataFiles.readImages(missing));
        assertSentence(folder, "it is a folder", () -> DataFiles.readImages(folder));
        assertSentence(missing, "there is no such folder", () -> DataFiles.readFolder(missing));
        Path link = Files.createSymbolicLink(folder.resolve("link"), missing);
        assertSentence(link, "there is no such file", () -> DataFiles.readImages(link));
    }

    @Test
    void imagesAloneHaveNoLabels() throws IOException {
        Path images = TestFiles.write(folder, "images", IMAGES);
        assertSentence(images, "it has images but no labels", () -> DataFiles.read(images, ReadOptions.DEFAULT));
    }

    @Test
    void bombOfAClaimAllocatesNothing() throws IOException {
        byte[] claim = TestFiles.gzip(TestFiles.idx(8, new byte[100], 1 << 20, 1 << 10));
        Path file = TestFiles.write(folder, "bomb", claim);
        long before = directBytes();
        assertSentence(file, "takes 1073741824 bytes, but 100 are there", () -> DataFiles.readImages(file));
        assertTrue(directBytes() - before < 1 << 26, "allocated by what the header claims");
    }

    @Test
    void bombOfZerosIsNotUnpacked() throws IOException {
        byte[] zeros = new byte[1 << 26];
        System.arraycopy(IMAGES, 0, zeros, 0, IMAGES.length);
        Path file = TestFiles.write(folder, "bomb", TestFiles.gzip(zeros));
        long before = directBytes();
        assertSentence(file, "more bytes follow", () -> DataFiles.readImages(file));
        assertTrue(directBytes() - before < 1 << 20, "unpacked more than the header claims");
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    static void assertSentence(Path file, String fault, Executable read) {
        String message = assertThrows(DataFormatException.class, read).getMessage();
        assertTrue(message.contains(fault), message);
        assertTrue(message.startsWith(file.toString()), message);
        assertTrue(message.endsWith("."), message);
        assertTrue(message.contains(";"), message + " has no remedy");
        assertFalse(message.contains("\n"), message);
    }

    private static Arguments wrong(String name, byte[] contents, String fault) {
        return Arguments.of(name, contents, fault);
    }

    private static byte[] cut(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    private static byte[] npyShape(String tuple) {
        return TestFiles.npyHead(1, "{'descr': '|u1', 'fortran_order': False, 'shape': " + tuple + ", }");
    }

    private static byte[] npyHeaderLength(int length) {
        byte[] head = TestFiles.npyHead(2, "{}");
        ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putInt(8, length);
        return head;
    }

    private static byte[] npyFloats(float... values) {
        return TestFiles.npy("<f4", TestFiles.floats(ByteOrder.LITTLE_ENDIAN, values), values.length, 1);
    }

    private static byte[] labelDoubles(double... values) {
        return TestFiles.npy(">f8", TestFiles.doubles(ByteOrder.BIG_ENDIAN, values), values.length);
    }
}
