package dev.mnistnative.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import java.awt.image.BufferedImage;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DigitNormalizerTest {
    private static final int SIDE = DigitNormalizer.SIDE;

    /** A bar of `w` x `h` at (x, y) on a ground. */
    private static GrayImage bar(int side, int x, int y, int w, int h, float ink, float ground) {
        float[] values = new float[side * side];
        for (int i = 0; i < values.length; i++) {
            boolean inside = i % side >= x && i % side < x + w && i / side >= y && i / side < y + h;
            values[i] = inside ? ink : ground;
        }
        return new GrayImage(side, side, values);
    }

    private static int count(byte[] pixels) {
        int count = 0;
        for (byte pixel : pixels) {
            count += pixel != 0 ? 1 : 0;
        }
        return count;
    }

    @Test
    void theBoxIsFilledAndTheProportionsAreKept() {
        byte[] pixels = DigitNormalizer.normalize(bar(100, 3, 40, 10, 40, 1, 0));
        assertEquals(5 * 20, count(pixels));
        // columns 12 to 16, rows 5 to 24: the centre of mass is at 14, or as near as whole pixels allow
        assertEquals(255, pixels[5 * SIDE + 12] & 0xff);
        assertEquals(255, pixels[24 * SIDE + 16] & 0xff);
        assertEquals(0, pixels[4 * SIDE + 12]);
        assertEquals(0, pixels[5 * SIDE + 11]);
    }

    @Test
    void whichOfTheTwoIsBrighterMakesNoDifference() {
        byte[] bright = DigitNormalizer.normalize(bar(60, 20, 10, 8, 40, 0.9f, 0.2f));
        byte[] dark = DigitNormalizer.normalize(bar(60, 20, 10, 8, 40, 0.2f, 0.9f));
        assertArrayEquals(bright, dark);
    }

    @Test
    void specksAreDropped() {
        GrayImage image = bar(60, 20, 10, 8, 40, 1, 0);
        image.values()[0] = 1;
        image.values()[59 * 60 + 57] = 1;
        assertEquals(4 * 20, count(DigitNormalizer.normalize(image)));
    }

    /** What is in MNIST's form already stays as it is, but for a shift by rounding and the strength of the ink. */
    @Test
    void mnistsOwnImagesHardlyChange() {
        try (Dataset test = Mnist.test()) {
            double difference = 0;
            double ink = 0;
            for (int i = 0; i < 100; i++) {
                byte[] pixels = new byte[SIDE * SIDE];
                test.pixels().get(i * pixels.length, pixels);
                byte[] result = DigitNormalizer.normalize(GrayImage.ofBytes(SIDE, SIDE, pixels));
                for (int p = 0; p < pixels.length; p++) {
                    difference += Math.abs((pixels[p] & 0xff) - (result[p] & 0xff));
                    ink += pixels[p] & 0xff;
                }
            }
            assertTrue(difference < 0.1 * ink, difference / ink + " of the ink has moved");
        }
    }

    @Test
    void blankAndNoiseAloneAreRefused() {
        assertThrows(UnreadableImageException.class, () -> DigitNormalizer.normalize(bar(30, 0, 0, 0, 0, 1, 0.5f)));
        Random random = new Random(5);
        float[] noise = new float[100 * 100];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = 0.5f + 0.1f * random.nextFloat();
        }
        GrayImage image = new GrayImage(100, 100, noise);
        assertThrows(UnreadableImageException.class, () -> DigitNormalizer.normalize(image));
    }

    @Test
    void transparentGroundIsTheOneThatShowsTheDrawing() {
        for (int ink : new int[] {0xffffffff, 0xff000000}) {
            BufferedImage picture = new BufferedImage(40, 40, BufferedImage.TYPE_INT_ARGB);
            for (int y = 10; y < 30; y++) {
                picture.setRGB(20, y, ink);
            }
            assertEquals(20, count(DigitNormalizer.normalize(GrayImage.of(picture))), Integer.toHexString(ink));
        }
    }

    @Test
    void sixteenBitGreyIsNotBrightened() {
        BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        picture.getRaster().setSample(0, 0, 0, 0x4000);
        assertEquals(0.25, GrayImage.of(picture).values()[0], 1e-4);
    }
}
