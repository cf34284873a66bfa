package dev.mnistnative.image;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A phone's picture of 12 megapixels in a JVM of its own with a small heap. */
class PictureMemoryTest {
    @TempDir
    Path folder;

    @Test
    void aLargePictureIsReadInASmallHeap() throws Exception {
        BufferedImage picture = new BufferedImage(4000, 3000, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, 4000, 3000);
        graphics.setColor(Color.BLACK);
        graphics.setStroke(new BasicStroke(250));
        graphics.drawLine(2000, 500, 2000, 2500);
        graphics.dispose();
        BufferedImage colored = new BufferedImage(4000, 3000, BufferedImage.TYPE_3BYTE_BGR);
        colored.getGraphics().drawImage(picture, 0, 0, null);
        Path file = folder.resolve("phone.jpg");
        ImageIO.write(colored, "jpeg", file.toFile());
        String said = said("-Xmx128m", file);
        assertTrue(said.matches("(4|5|6)\\d pixels\\s+"), said);
    }

    private static String said(String heap, Path file) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        heap,
                        "-XX:+UseSerialGC",
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PictureMemoryTest.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    /** Prints how many strong pixels the digit has. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        try {
            byte[] bytes = Files.readAllBytes(file);
            byte[] pixels = DigitNormalizer.normalize(
                    PictureFiles.read(bytes, file.getFileName().toString(), note -> {}));
            int strong = 0;
            for (byte pixel : pixels) {
                strong += (pixel & 0xff) > 127 ? 1 : 0;
            }
            System.out.println(strong + " pixels");
        } catch (PictureMemoryException e) {
            System.out.println(e.getMessage());
        }
    }
}
