package dev.mnistnative.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureFilesTest {
    private static final int WIDTH = 48;
    private static final int HEIGHT = 32;

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private GrayImage read(byte[] bytes) throws DataFormatException {
        return PictureFiles.read(bytes, "p", notes::add);
    }

    /** Four quarters of different brightness, that no turn or mirror maps onto themselves. */
    private static BufferedImage quarters(int type) {
        BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, type);
        int[] levels = {0, 80, 160, 255};
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int level = levels[(2 * y / HEIGHT) * 2 + 2 * x / WIDTH];
                picture.setRGB(x, y, 0xff000000 | level * 0x10101);
            }
        }
        return picture;
    }

    private static byte[] encoded(BufferedImage picture, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(picture, format, out));
        return out.toByteArray();
    }

    private static byte[] progressive(BufferedImage picture) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream image = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(image);
            writer.write(null, new IIOImage(picture, null, null), param);
        }
        writer.dispose();
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A TIFF header with a directory of one entry. */
    private static byte[] exif(int orientation, ByteOrder order) {
        return ByteBuffer.allocate(26)
                .order(order)
                .put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0)
                .putInt(0)
                .array();
    }

    private static byte[] jpegWith(byte[] jpeg, byte[] exif) {
        byte[] head = {(byte) 0xff, (byte) 0xe1, 0, (byte) (8 + exif.length), 'E', 'x', 'i', 'f', 0, 0};
        return joined(Arrays.copyOf(jpeg, 2), head, exif, Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    private static byte[] pngWith(byte[] png, byte[] exif) {
        byte[] data = joined("eXIf".getBytes(StandardCharsets.US_ASCII), exif);
        CRC32 crc = new CRC32();
        crc.update(data);
        byte[] length = ByteBuffer.allocate(4).putInt(exif.length).array();
        byte[] sum = ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
        return joined(Arrays.copyOf(png, 33), length, data, sum, Arrays.copyOfRange(png, 33, png.length));
    }

    /** The quarters' brightness in percent: upper left, upper right, lower left, lower right. */
    private static String seen(GrayImage image) {
        StringBuilder seen = new StringBuilder(image.width() + "x" + image.height());
        for (int i = 0; i < 4; i++) {
            int x = image.width() * (1 + 2 * (i % 2)) / 4;
            int y = image.height() * (1 + 2 * (i / 2)) / 4;
            seen.append(' ').append(Math.round(image.values()[y * image.width() + x] * 100));
        }
        return seen.toString();
    }

    /** By the EXIF standard: what the stored first row and first column are on the picture. */
    @ParameterizedTest
    @CsvSource({
        "1, 48x32 0 31 63 100",
        "2, 48x32 31 0 100 63",
        "3, 48x32 100 63 31 0",
        "4, 48x32 63 100 0 31",
        "5, 32x48 0 63 31 100",
        "6, 32x48 63 0 100 31",
        "7, 32x48 100 31 63 0",
        "8, 32x48 31 100 0 63",
        "9, 48x32 0 31 63 100"
    })
    void exifsOrientationIsFollowed(int orientation, String expected) throws IOException {
        byte[] jpeg = encoded(quarters(BufferedImage.TYPE_BYTE_GRAY), "jpeg");
        byte[] png = encoded(quarters(BufferedImage.TYPE_INT_RGB), "png");
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            byte[] exif = exif(orientation, order);
            String[] numbers = expected.split(" ");
            String[] ofPng = seen(read(pngWith(png, exif))).split(" ");
            String[] ofJpeg = seen(read(jpegWith(encoded(quarters(BufferedImage.TYPE_INT_RGB), "jpeg"), exif)))
                    .split(" ");
            assertEquals(numbers[0], ofJpeg[0]);
            assertEquals(expected, String.join(" ", ofPng));
            for (int i = 1; i < numbers.length; i++) {
                assertEquals(Integer.parseInt(numbers[i]), Integer.parseInt(ofJpeg[i]), 2);
            }
        }
        assertTrue(jpeg.length > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif", "bmp", "tiff"})
    void allFormatsAreReadAndToldIfCutOff(String format) throws IOException {
        byte[] whole = encoded(quarters(BufferedImage.TYPE_INT_RGB), format);
        assertEquals("48x32", seen(read(whole)).split(" ")[0]);
        assertEquals(List.of(), notes);
        Path file = Files.write(folder.resolve("p." + format), whole);
        assertTrue(PictureFiles.isPicture(file));
        for (int percent : new int[] {60, 90}) {
            byte[] cut = Arrays.copyOf(whole, whole.length * percent / 100);
            String said =
                    assertThrows(DataFormatException.class, () -> read(cut)).getMessage();
            assertTrue(format.equals("tiff") || said.contains("cut off"), said);
        }
    }

    @Test
    void aJpegThatEndsInItsLastScanIsToldToBeCutOff() throws IOException {
        BufferedImage noisy = new BufferedImage(200, 200, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(1);
        for (int i = 0; i < 200 * 200; i++) {
            noisy.setRGB(i % 200, i / 200, random.nextInt());
        }
        for (byte[] jpeg : List.of(encoded(noisy, "jpeg"), progressive(noisy))) {
            byte[] cut = Arrays.copyOf(jpeg, jpeg.length - 500);
            assertTrue(assertThrows(DataFormatException.class, () -> read(cut))
                    .getMessage()
                    .contains("cut off"));
            byte[] ended = joined(cut, new byte[] {(byte) 0xff, (byte) 0xd9});
            try {
                read(ended);
                assertTrue(!notes.isEmpty(), "nothing is said");
            } catch (DataFormatException e) {
                assertTrue(e.getMessage().contains("cut off"), e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\\0\\0\\0\\30ftypheic', HEIC",
        "'\\0\\0\\0\\34ftypmif1\\0\\0\\0\\0heix', HEIC",
        "'\\0\\0\\0\\34ftypavif', AVIF",
        "'\\0\\0\\0\\34ftypmif1\\0\\0\\0\\0avif', AVIF",
        "'\\0\\0\\0\\34ftypisom', video",
        "'RIFF1234WEBPVP8 ', WebP",
        "'RIFF1234AVI LIST', video",
        "'\\0\\0\\1\\0\\1\\0', ICO",
        "%PDF-1.7, PDF",
        "'<?xml version=\"1.0\"?><svg width=\"3\">', SVG",
        "'<!DOCTYPE html><title>', web page",
        "'\\0\\0\\0\\14jP  ', JPEG 2000",
        "'\\0\\0\\0\\14JXL ', JPEG XL",
        "8BPS, Photoshop",
        "'P5 28 28 255 ', netpbm"
    })
    void foreignFormatsAreNamed(String head, String part) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < head.length(); i++) {
            if (head.charAt(i) == '\\') {
                int end = i + 1;
                while (end < head.length() && end < i + 4 && Character.isDigit(head.charAt(end))) {
                    end++;
                }
                text.append((char) Integer.parseInt(head.substring(i + 1, end), 8));
                i = end - 1;
            } else {
                text.append(head.charAt(i));
            }
        }
        byte[] bytes = Arrays.copyOf(text.toString().getBytes(StandardCharsets.ISO_8859_1), 64);
        assertTrue(PictureFiles.isPicture(Files.write(folder.resolve("foreign"), bytes)));
        String said = assertThrows(DataFormatException.class, () -> read(bytes)).getMessage();
        assertTrue(said.startsWith("p: it is a") && said.contains(part) && said.contains("PNG or JPEG"), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b,c\n1,2,3\n", "BMI,age\n1,2\n", "P1,P2\n3,4\n", "\u0093NUMPY", "II,III\n", "MM\n"})
    void tablesAndArraysAreNoPictures(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        assertTrue(!PictureFiles.isPicture(Files.write(folder.resolve("table"), bytes)), text);
    }

    /** Its few bytes ask for hundreds of passes over the picture. */
    @Test
    void aJpegOfManyScansEndsInTime() throws IOException {
        byte[] jpeg = progressive(new BufferedImage(2500, 2500, BufferedImage.TYPE_BYTE_GRAY));
        int last = 0;
        for (int i = 0; i + 1 < jpeg.length; i++) {
            last = (jpeg[i] & 0xff) == 0xff && (jpeg[i + 1] & 0xff) == 0xda ? i : last;
        }
        byte[] scan = Arrays.copyOfRange(jpeg, last, jpeg.length - 2);
        byte[][] parts = new byte[802][];
        Arrays.fill(parts, scan);
        parts[0] = Arrays.copyOf(jpeg, last);
        parts[801] = new byte[] {(byte) 0xff, (byte) 0xd9};
        long begun = System.nanoTime();
        String said = assertThrows(DataFormatException.class, () -> read(joined(parts)))
                .getMessage();
        assertTrue(said.contains("too long"), said);
        assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun) < 12);
    }

    @Test
    void severalFramesAreTold() throws IOException {
        byte[] gif = encoded(quarters(BufferedImage.TYPE_INT_RGB), "gif");
        int begin = 13 + (3 << (gif[10] & 7) + 1);
        byte[] frame = Arrays.copyOfRange(gif, begin, gif.length - 1);
        read(joined(Arrays.copyOf(gif, gif.length - 1), frame, new byte[] {';'}));
        assertEquals(List.of("p: it has several frames; the first one is read."), notes);
    }

    /** What JPEG writers for printers make: four inks, inverted as Adobe's programs do. */
    @Test
    void fourInksAreRead() throws IOException {
        BufferedImage inks = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_4BYTE_ABGR);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            boolean dark = i % WIDTH < WIDTH / 2;
            inks.getRaster().setPixel(i % WIDTH, i / WIDTH, new int[] {255, 255, 255, dark ? 20 : 255});
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream image = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(image);
            writer.write(null, new IIOImage(inks.getRaster(), null, null), null);
        }
        byte[] adobe = {(byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0};
        byte[] plain = out.toByteArray();
        GrayImage picture = read(joined(Arrays.copyOf(plain, 2), adobe, Arrays.copyOfRange(plain, 2, plain.length)));
        assertTrue(picture.values()[10] < 0.2 && picture.values()[40] > 0.9, seen(picture));
    }

    @Test
    void sixteenBitsAreRead() throws IOException {
        BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
        picture.getRaster().setSample(3, 0, 0, 0x8000);
        assertEquals(0.5, read(encoded(picture, "png")).values()[3], 1e-3);
    }
}
