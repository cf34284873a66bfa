package dev.mnistnative.image;

import dev.mnistnative.DataFormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Reads and writes pictures: PNG, JPEG, GIF and BMP, told apart by their content. */
public final class PictureFiles {
    /** A picture that claims to be larger is refused before memory is taken for it. */
    private static final long MAX_PIXELS = 50_000_000;

    /** How many first bytes tell a picture. */
    public static final int HEAD_BYTES = 4;

    private static final int PNG_HEAD = 0x89504e47;
    private static final int JPEG_HEAD = 0xffd8ff00;
    private static final int GIF_HEAD = 0x47494638;
    private static final int BMP_HEAD = 0x424d0000;

    static {
        ImageIO.setUseCache(false); // no temporary files
    }

    private PictureFiles() {}

    /** Whether a file begins as a picture does. */
    public static boolean isPicture(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return isPicture(in.readNBytes(HEAD_BYTES));
        }
    }

    /**
     * Whether contents begin as a picture does.
     *
     * @param head the first bytes, {@link #HEAD_BYTES} of them if there are so many
     */
    public static boolean isPicture(byte[] head) {
        int word = 0;
        for (int i = 0; i < Math.min(head.length, HEAD_BYTES); i++) {
            word = word << 8 | head[i] & 0xff;
        }
        return head.length >= HEAD_BYTES
                && (word == PNG_HEAD
                        || word == GIF_HEAD
                        || (word & 0xffffff00) == JPEG_HEAD
                        || (word & 0xffff0000) == BMP_HEAD);
    }

    /**
     * Reads a picture.
     *
     * @throws DataFormatException if the file is damaged or its picture too large
     */
    public static GrayImage read(Path file) throws IOException {
        return read(Files.readAllBytes(file), file.toString());
    }

    /**
     * Reads a picture from memory.
     *
     * @param name what to call it in messages
     * @throws DataFormatException if it is damaged, too large or of an unknown format
     */
    public static GrayImage read(byte[] bytes, String name) throws DataFormatException {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new DataFormatException(name + ": it is no picture of a known format; give PNG or JPEG.");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                requireModest(reader, name);
                return GrayImage.of(reader.read(0));
            } finally {
                reader.dispose();
            }
        } catch (DataFormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // the readers throw both at damaged files
            throw new DataFormatException(
                    name + ": the picture is damaged or of an unknown kind (" + e.getMessage() + "); save it anew.", e);
        }
    }

    private static void requireModest(ImageReader reader, String name) throws IOException {
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        if (pixels > MAX_PIXELS) {
            throw new DataFormatException(name + ": the picture has " + pixels + " pixels, but at most " + MAX_PIXELS
                    + " are read; make it smaller.");
        }
    }

    /** The bytes of a PNG file. */
    public static byte[] png(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("a PNG could not be written to memory", e);
        }
        return bytes.toByteArray();
    }

    /** A grey picture of unsigned bytes [height, width]. */
    public static BufferedImage gray(byte[] pixels, int width, int height) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setDataElements(0, 0, width, height, pixels);
        return picture;
    }
}
