package dev.mnistnative.image;

import dev.mnistnative.DataFormatException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.imageio.ImageIO;

/** Reads and writes pictures: PNG, JPEG, GIF, BMP and TIFF, told apart by their content. */
public final class PictureFiles {
    /** How many first bytes tell a picture. */
    public static final int HEAD_BYTES = PictureFormat.HEAD_BYTES;

    static {
        ImageIO.setUseCache(false); // no temporary files
    }

    private PictureFiles() {}

    /**
     * Whether a file begins as a picture does, or as what is often taken for one (HEIC, PDF, a video …): {@code read}
     * says what it is.
     */
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
        return PictureFormat.of(head) != null;
    }

    /** {@link #read(Path, Consumer)} without notes. */
    public static GrayImage read(Path file) throws IOException {
        return read(file, note -> {});
    }

    /**
     * Reads a picture.
     *
     * @param notes is told what was left out or seems wrong, a sentence each
     * @throws DataFormatException if the file is damaged, cut off, of a kind that is not read, or too large
     */
    public static GrayImage read(Path file, Consumer<String> notes) throws IOException {
        return read(Files.readAllBytes(file), file.toString(), notes);
    }

    /**
     * Reads a picture from memory: PNG, JPEG, GIF, BMP or TIFF, turned upright as its EXIF data say. It takes about two
     * seconds at most.
     *
     * @param name what to call it in messages
     * @param notes is told what was left out or seems wrong, a sentence each
     * @throws PictureMemoryException if there is no room for it
     * @throws DataFormatException if it is damaged, cut off, too large or of another format
     */
    public static GrayImage read(byte[] bytes, String name, Consumer<String> notes) throws DataFormatException {
        return new PictureDecoder(name, notes).decode(bytes);
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
