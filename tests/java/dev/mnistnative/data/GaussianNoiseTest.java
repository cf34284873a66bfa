package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.FloatBuffer;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianNoiseTest {
    private static final int SAMPLES = 1000;
    private static final int FEATURES = 101;

    private final Dataset grey = Dataset.ofBytes(filled(SAMPLES * FEATURES), FEATURES, new int[SAMPLES]);

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) 51);
        return bytes;
    }

    /** Quantiles as tables have them. */
    @ParameterizedTest
    @CsvSource({
        "0.5, 0",
        "0.6, 0.2533471031",
        "0.925, 1.4395314709",
        "0.975, 1.9599639845",
        "0.999, 3.0902323062",
        "0.0001, -3.7190164855",
        "1e-7, -5.1993375822",
        "1e-12, -7.0344838253",
        "0.075, -1.4395314709"
    })
    void quantilesAreRight(double p, double expected) {
        assertEquals(expected, NormalQuantile.of(p), 3e-7 * Math.max(1, Math.abs(expected)));
    }

    @Test
    void noiseIsNormalAndOnTheInputOnly() {
        Dataset clean = grey.withInputAsTarget();
        Dataset noisy = new GaussianNoise(0.5, 3).apply(clean);
        assertEquals(PixelType.FLOAT32, noisy.pixelType());
        assertEquals(clean.targets(), noisy.targets());
        assertEquals(0.2f, noisy.targets().get(SAMPLES * FEATURES - 1));
        FloatBuffer values = noisy.pixels().asFloatBuffer();
        double[] power = new double[5];
        for (int i = 0; i < values.limit(); i++) {
            double z = (values.get(i) - 0.2) / 0.5;
            for (int k = 1; k < power.length; k++) {
                power[k] += Math.pow(z, k) / values.limit();
            }
        }
        assertEquals(0, power[1], 0.015); // standard errors: 0.003, 0.004, 0.012, 0.031
        assertEquals(1, power[2], 0.02);
        assertEquals(0, power[3], 0.06);
        assertEquals(3, power[4], 0.15);
    }

    @Test
    void itDependsOnSeedAndPlaceAloneWhateverTheThreads() throws Exception {
        GaussianNoise noise = new GaussianNoise(1, 7);
        FloatBuffer all = noise.apply(grey).pixels().asFloatBuffer();
        for (int threads : new int[] {1, 3}) {
            ForkJoinPool pool = new ForkJoinPool(threads);
            try {
                assertEquals(
                        all,
                        pool.submit(() -> noise.apply(grey).pixels().asFloatBuffer())
                                .get());
            } finally {
                pool.shutdown();
            }
        }
        assertArrayEquals(
                noise.apply(grey).sample(3), noise.apply(grey.limit(4)).sample(3));
        assertEquals(
                false, all.equals(new GaussianNoise(1, 8).apply(grey).pixels().asFloatBuffer()));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e39})
    void aWrongDeviationIsRefused(double deviation) {
        assertEquals(
                "the noise's deviation must be a finite number above 0, not " + deviation,
                assertThrows(IllegalArgumentException.class, () -> new GaussianNoise(deviation, 0))
                        .getMessage());
    }

    @Test
    void theInputIsTheTarget() {
        Dataset floats = Dataset.ofFloats(new float[] {-1, 2, 3, 4}, 2, null).withInputAsTarget();
        assertEquals(2, floats.outputs());
        assertEquals(floats.pixels().asFloatBuffer(), floats.targets());
        Dataset standardized = Standardizer.fit(floats).apply(floats);
        assertEquals(-1, standardized.targets().get(0)); // whatever is done to the input later
    }
}
