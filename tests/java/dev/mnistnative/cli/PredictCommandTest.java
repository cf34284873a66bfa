package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.model.Model;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictCommandTest {
    private static final int SIDE = 28;
    private static final int ENLARGED = 10;
    private static final double NOISE = 20;
    private static final int IMAGES = 50;
    private static final int AGREEING = 48;

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        model = TrainedModel.write(folder.resolve("m.safetensors"));
    }

    private static byte[] digit(Dataset test, int index) {
        byte[] pixels = new byte[SIDE * SIDE];
        test.pixels().get(index * pixels.length, pixels);
        return pixels;
    }

    private static byte[] inverted(byte[] pixels) {
        byte[] result = new byte[pixels.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (byte) (255 - (pixels[i] & 0xff));
        }
        return result;
    }

    private static byte[] enlargedWithNoise(byte[] pixels, Random random) {
        int side = SIDE * ENLARGED;
        byte[] result = new byte[side * side];
        for (int i = 0; i < result.length; i++) {
            int value = pixels[i / side / ENLARGED * SIDE + i % side / ENLARGED] & 0xff;
            double noisy = value + NOISE * random.nextGaussian();
            result[i] = (byte) Math.max(0, Math.min(255, Math.round(noisy)));
        }
        return result;
    }

    private static String write(String name, byte[] pixels) throws IOException {
        int side = (int) Math.sqrt(pixels.length);
        Path file = folder.resolve(name);
        Files.write(file, PictureFiles.png(PictureFiles.gray(pixels, side, side)));
        return file.toString();
    }

    /** How many of the first test images are read as evaluate reads them, each written to a PNG by `picture`. */
    private static int agreeing(String kind, Picture picture) throws IOException {
        List<String> words = new ArrayList<>(List.of("predict", "--model", model.toString(), "--device", "cpu"));
        int[] expected;
        try (Dataset test = Mnist.test().limit(IMAGES);
                Model net = Model.load(model)) {
            expected = net.predictions(test);
            Random random = new Random(1);
            for (int i = 0; i < IMAGES; i++) {
                words.add(write(kind + i + ".png", picture.of(digit(test, i), random)));
            }
        }
        List<String> lines = Cli.run(words.toArray(String[]::new)).succeeded().lines();
        assertEquals(IMAGES, lines.size());
        int agreeing = 0;
        for (int i = 0; i < IMAGES; i++) {
            agreeing += lines.get(i).contains(kind + i + ".png: " + expected[i] + "  0:") ? 1 : 0;
        }
        return agreeing;
    }

    private interface Picture {
        byte[] of(byte[] pixels, Random random);
    }

    private static void assertAgrees(String kind, Picture picture) throws IOException {
        int agreeing = agreeing(kind, picture);
        assertTrue(agreeing >= AGREEING, kind + ": only " + agreeing + " of " + IMAGES + " agree");
    }

    @Test
    void picturesAreReadAsTheSamplesAre() throws IOException {
        assertAgrees("white", (pixels, random) -> pixels);
        assertAgrees("black", (pixels, random) -> inverted(pixels));
    }

    @Test
    void largeNoisyPicturesToo() throws IOException {
        assertAgrees("large-white", PredictCommandTest::enlargedWithNoise);
        assertAgrees("large-black", (pixels, random) -> enlargedWithNoise(inverted(pixels), random));
    }

    @Test
    void aSampleOfAnIdxFileGoesToTheNetAsItIs() throws IOException {
        byte[] pixels;
        float[] expected;
        try (Dataset test = Mnist.test();
                Model net = Model.load(model)) {
            pixels = digit(test, 0);
            expected = net.probabilities(test.sample(0));
        }
        byte[] idx = new byte[16 + pixels.length];
        System.arraycopy(new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, SIDE, 0, 0, 0, SIDE}, 0, idx, 0, 16);
        System.arraycopy(pixels, 0, idx, 16, pixels.length);
        Path file = Files.write(folder.resolve("one.idx"), idx);
        Cli json = Cli.run("predict", "--json", "--model", model.toString(), file.toString())
                .succeeded();
        assertTrue(json.out().startsWith("{\"image\":\"" + file + "[0]\",\"digit\":7,\"probabilities\":["), json.out());
        assertTrue(json.out().contains("[" + expected[0] + ","), json.out());
        Cli shown = Cli.run("predict", "--show", "--model", model.toString(), file.toString())
                .succeeded();
        assertTrue(shown.lines().size() > 20 && shown.out().contains("\u2588\u2588"), shown.out());
    }

    @Test
    void colourAndJpegAreUnderstood() throws IOException {
        byte[] pixels;
        try (Dataset test = Mnist.test()) {
            pixels = digit(test, 0);
        }
        BufferedImage red = new BufferedImage(5 * SIDE, 4 * SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < red.getHeight(); y++) {
            for (int x = 0; x < red.getWidth(); x++) {
                boolean inside = x >= SIDE && x < 4 * SIDE && y < 3 * SIDE;
                int ink = inside ? pixels[y / 3 * SIDE + (x - SIDE) / 3] & 0xff : 0;
                red.setRGB(x, y, (255 - ink / 4) << 16 | (230 - ink * 9 / 10) << 8 | (220 - ink * 8 / 10));
            }
        }
        Path jpeg = folder.resolve("seven.jpg");
        assertTrue(ImageIO.write(red, "jpg", jpeg.toFile()));
        assertTrue(Cli.run("predict", "--model", model.toString(), jpeg.toString())
                .succeeded()
                .out()
                .contains("seven.jpg: 7  0:"));
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        String blank = write("blank.png", new byte[SIDE * SIDE]);
        Cli.run("predict", "--model", model.toString(), blank)
                .failed(ExitCode.USAGE, blank, "nothing stands out from the ground");
        byte[] png = PictureFiles.png(PictureFiles.gray(new byte[SIDE * SIDE], SIDE, SIDE));
        Path cut = Files.write(folder.resolve("cut.png"), Arrays.copyOf(png, 30));
        Cli.run("predict", "--model", model.toString(), cut.toString())
                .failed(ExitCode.USAGE, cut.toString(), "cut off");
        Path text = Files.writeString(folder.resolve("notes.txt"), "no image\n");
        Cli.run("predict", "--model", model.toString(), text.toString()).failed(ExitCode.USAGE, text.toString());
        Cli.run("predict", "--model", model.toString(), "no/such.png").failed(ExitCode.USAGE, "no/such.png");
        Cli.run("predict", "--model", model.toString(), "--show", "--json", blank)
                .failed(ExitCode.USAGE, "exclude each other");
    }
}
