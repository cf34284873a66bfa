package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DeformerTest {
    private static final Deformation ALL = Deformation.parse("rotate=15,scale=0.15,shear=0.2,shift=1.5,elastic=38:4");

    private static Dataset bytes(int count, int... shape) {
        int features = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        byte[] pixels = new byte[count * features];
        new Random(7).nextBytes(pixels);
        int[] labels = new int[count];
        Arrays.setAll(labels, i -> i % 10);
        return Dataset.ofBytes(pixels, features, labels).withSampleShape(shape);
    }

    private static byte[] pixels(Dataset data) {
        byte[] pixels =
                new byte[data.size() * data.features() * data.pixelType().bytes()];
        data.pixels().get(pixels);
        return pixels;
    }

    private static Dataset deformed(Dataset data, Deformation deformation, long seed, int epoch, int threads) {
        try (Deformer deformer = new Deformer(data, deformation, seed, threads)) {
            return deformer.deformed(epoch);
        }
    }

    /**
     * The definition in plain loops of double precision. Draws: rotation, width, height, shear, shift to the right,
     * downwards, then the two fields.
     */
    private static double[] expected(Dataset data, int sample, Deformation d, long seed, int epoch) {
        int height = data.sampleShape()[0];
        int width = data.sampleShape()[1];
        SplitMix64 random = SplitMix64.stream(
                SplitMix64.stream(seed ^ 0x4445464f524dL, epoch).next(), sample);
        double angle = Math.toRadians(d.rotation() * random.unit());
        double wide = 1 + d.scale() * random.unit();
        double high = 1 + d.scale() * random.unit();
        double shear = d.shear() * random.unit();
        double right = d.shift() * random.unit();
        double below = d.shift() * random.unit();
        double[][] moveX = new double[height][width];
        double[][] moveY = new double[height][width];
        if (d.isElastic()) {
            int count = Math.max(16, Math.min(1024, (1 << 20) / (width * height)));
            int one = random.below(count);
            int other = (one + 1 + random.below(count - 1)) % count;
            long fieldSeed = SplitMix64.stream(seed ^ 0x4649454c44L, epoch).next();
            moveX = field(SplitMix64.stream(fieldSeed, one), width, height, d);
            moveY = field(SplitMix64.stream(fieldSeed, other), width, height, d);
        }
        // forward: x' = R(angle) * [[1, shear], [0, 1]] * diag(wide, high) * x + shift
        double a = Math.cos(angle) * wide;
        double b = (Math.cos(angle) * shear - Math.sin(angle)) * high;
        double c = Math.sin(angle) * wide;
        double e = (Math.sin(angle) * shear + Math.cos(angle)) * high;
        double determinant = a * e - b * c;
        float[] source = data.sample(sample);
        double[] picture = new double[source.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double dx = x - (width - 1) / 2.0 - right;
                double dy = y - (height - 1) / 2.0 - below;
                double fromX = (e * dx - b * dy) / determinant + (width - 1) / 2.0 + moveX[y][x];
                double fromY = (a * dy - c * dx) / determinant + (height - 1) / 2.0 + moveY[y][x];
                int left = (int) Math.floor(fromX);
                int top = (int) Math.floor(fromY);
                for (int v = top; v <= top + 1; v++) {
                    for (int u = left; u <= left + 1; u++) {
                        if (u >= 0 && u < width && v >= 0 && v < height) {
                            picture[y * width + x] +=
                                    source[v * width + u] * (1 - Math.abs(fromX - u)) * (1 - Math.abs(fromY - v));
                        }
                    }
                }
            }
        }
        return picture;
    }

    /**
     * The noise is of rows of width + 2 * radius, as is the height; two numbers of 32 bits a draw, the low one first.
     */
    private static double[][] field(SplitMix64 random, int width, int height, Deformation d) {
        int radius = (int) Math.ceil(3 * d.elasticSmoothness());
        double[][] noise = new double[height + 2 * radius][width + 2 * radius];
        long bits = 0;
        boolean low = true;
        for (double[] row : noise) {
            for (int x = 0; x < row.length; x++) {
                bits = low ? random.next() : bits;
                row[x] = (int) (low ? bits : bits >>> 32) * 0x1p-31;
                low = !low;
            }
        }
        double[] weights = new double[2 * radius + 1];
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            weights[k] = Math.exp(-Math.pow((k - radius) / d.elasticSmoothness(), 2) / 2);
            sum += weights[k];
        }
        double[][] field = new double[height][width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int v = 0; v < weights.length; v++) {
                    for (int u = 0; u < weights.length; u++) {
                        field[y][x] +=
                                weights[v] * weights[u] / (sum * sum) * noise[y + v][x + u] * d.elasticStrength();
                    }
                }
            }
        }
        return field;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rotate=30",
                "scale=0.3",
                "shear=0.5",
                "shift=4",
                "elastic=30:3",
                "rotate=15,scale=0.15,shear=0.2,shift=1.5,elastic=38:4"
            })
    void picturesAreDeformedAsDefined(String text) {
        Deformation deformation = Deformation.parse(text);
        Dataset data = bytes(5, 13, 17);
        Dataset deformed = deformed(data, deformation, 3, 2, 1);
        assertEquals(PixelType.UINT8, deformed.pixelType());
        for (int i = 0; i < data.size(); i++) {
            double[] expected = expected(data, i, deformation, 3, 2);
            float[] actual = deformed.sample(i);
            for (int p = 0; p < expected.length; p++) { // half a step of rounding, and places to 1/2048 of a pixel
                assertEquals(expected[p] * 255, actual[p] * 255, 0.8, "sample " + i + ", pixel " + p);
            }
        }
    }

    @Test
    void floatsAreDeformedAsBytesWithoutRounding() {
        Dataset data = bytes(4, 13, 17);
        float[] values = new float[4 * 13 * 17];
        for (int i = 0; i < 4; i++) {
            System.arraycopy(data.sample(i), 0, values, i * 13 * 17, 13 * 17);
        }
        Dataset floats = Dataset.ofFloats(values, 13 * 17, null).withSampleShape(13, 17);
        Dataset deformed = deformed(floats, ALL, 3, 2, 1);
        assertEquals(PixelType.FLOAT32, deformed.pixelType());
        for (int i = 0; i < 4; i++) {
            double[] expected = expected(data, i, ALL, 3, 2);
            float[] actual = deformed.sample(i);
            for (int p = 0; p < expected.length; p++) {
                assertEquals(expected[p], actual[p], 1.5e-3, "sample " + i + ", pixel " + p);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyChannelIsDeformedAlike(boolean last) {
        Dataset gray = bytes(3, 9, 11);
        int[] shape = last ? new int[] {9, 11, 3} : new int[] {3, 9, 11};
        byte[] three = new byte[3 * 3 * 99];
        byte[] one = pixels(gray);
        for (int i = 0; i < 3 * 99; i++) {
            for (int c = 0; c < 3; c++) {
                three[last ? i * 3 + c : (i / 99 * 3 + c) * 99 + i % 99] = (byte) (c == 1 ? one[i] : 0);
            }
        }
        byte[] expected = pixels(deformed(gray, ALL, 1, 0, 1));
        byte[] actual = pixels(deformed(Dataset.ofBytes(three, 297, null).withSampleShape(shape), ALL, 1, 0, 1));
        for (int i = 0; i < 3 * 99; i++) {
            for (int c = 0; c < 3; c++) {
                assertEquals(
                        c == 1 ? expected[i] : 0,
                        actual[last ? i * 3 + c : (i / 99 * 3 + c) * 99 + i % 99],
                        "pixel " + i);
            }
        }
    }

    @Test
    void theBitsAreThoseOfSeedEpochAndSample() {
        Dataset data = bytes(300, 28, 28);
        byte[] one = pixels(deformed(data, ALL, 5, 1, 1));
        for (int threads : new int[] {2, 3, 7}) {
            assertArrayEquals(one, pixels(deformed(data, ALL, 5, 1, threads)), threads + " threads");
        }
        assertArrayEquals(Arrays.copyOf(one, 7 * 784), pixels(deformed(data.limit(7), ALL, 5, 1, 2)));
        try (Deformer deformer = new Deformer(data, ALL, 5, 2)) {
            byte[] before = pixels(deformer.deformed(0));
            assertArrayEquals(one, pixels(deformer.deformed(1)), "after another epoch");
            assertNotEquals(0, Arrays.compare(one, before));
            assertArrayEquals(before, pixels(deformer.deformed(0)), "an epoch again");
        }
        assertNotEquals(0, Arrays.compare(one, pixels(deformed(data, ALL, 6, 1, 2))));
    }

    @Test
    void aPartIsThatOfTheWhole() {
        Dataset data = bytes(50, 28, 28).withTargets(targets(50 * 2), 2).withSampleWeights(targets(50));
        int[] indices = {49, 3, 3, 17};
        try (Deformer deformer = new Deformer(data, ALL, 5, 2)) {
            Dataset whole = deformer.deformed(4);
            Deformer.Copy part = deformer.part(6);
            deformer.fill(part, 4, IntBuffer.wrap(indices)).join();
            Dataset filled = part.first(4);
            for (int i = 0; i < indices.length; i++) {
                assertArrayEquals(whole.sample(indices[i]), filled.sample(i));
                assertEquals(data.label(indices[i]), filled.label(i));
                assertEquals(
                        data.targets().get(indices[i] * 2 + 1), filled.targets().get(i * 2 + 1));
                assertEquals(
                        data.sampleWeights().orElseThrow().get(indices[i]),
                        filled.sampleWeights().orElseThrow().get(i));
            }
        }
    }

    private static float[] targets(int count) {
        float[] targets = new float[count];
        for (int i = 0; i < count; i++) {
            targets[i] = i;
        }
        return targets;
    }

    /** Simard's fields: noise of variance 1/3, smoothed by a Gaussian, has 1 / (12 pi sigma^2) of it left. */
    @Test
    void displacementsAreOfTheSizeThatTheDefinitionSays() {
        Deformation elastic = Deformation.parse("elastic=38:4");
        ElasticFields fields = new ElasticFields(ImageLayout.of(28, 28), elastic, 16, 11);
        assertEquals(1024, fields.count());
        double squares = 0;
        double corner = 0;
        int many = 300;
        for (int i = 0; i < many; i++) {
            int[] field = fields.get(i);
            corner += Math.pow(field[0] / 65536.0, 2) / many;
            for (int move : field) {
                squares += Math.pow(move / 65536.0, 2) / (many * 784.0);
            }
        }
        double expected = 38 * Math.sqrt(1 / (12 * Math.PI * 16));
        assertEquals(expected, Math.sqrt(squares), 0.06 * expected);
        assertEquals(expected, Math.sqrt(corner), 0.15 * expected, "at the border too");
    }

    @Test
    void whatIsNoPictureIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> new Deformer(bytes(2, 784), ALL, 0, 1))
                .getMessage();
        assertTrue(
                message.startsWith("samples of the shape [784] are no pictures: [height, width] is needed"), message);
        assertThrows(IllegalArgumentException.class, () -> Deformer.requirePictures(5, 28, 28, 1));
        assertThrows(IllegalArgumentException.class, () -> Deformer.requirePictures(28, 20000));
        Deformer.requirePictures(28, 28);
        Deformer.requirePictures(3, 32, 32);
        Deformer.requirePictures(32, 32, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void tinyPicturesAndLargeMovesAreNoMatter(int side) {
        Deformation farthest = new Deformation(180, 0.5, 1, 1000, 10_000, 0.5);
        Dataset data = bytes(40, side, 2 * side);
        Dataset deformed = deformed(data, farthest, 1, 1, 2);
        for (int i = 0; i < data.size(); i++) {
            double[] expected = expected(data, i, farthest, 1, 1);
            for (int p = 0; p < expected.length; p++) {
                // places to 2^-16 of some thousands: what is shown at all is rarely anything but the outside
                assertEquals(expected[p], deformed.sample(i)[p], 0.2);
            }
        }
    }

    @Test
    void closeEndsTheThreadsInTheMiddleOfTheirWork() {
        Dataset large =
                Dataset.of(ByteBuffer.allocateDirect(100_000 * 784), PixelType.UINT8, new int[] {28, 28}, null, -100);
        Deformer deformer = new Deformer(large, ALL, 0, 3);
        CompletableFuture<Void> filling = deformer.fill(deformer.whole(), 0);
        deformer.close();
        assertThrows(CompletionException.class, filling::join);
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("mnist-native-deformer")));
        deformer.close();
    }
}
