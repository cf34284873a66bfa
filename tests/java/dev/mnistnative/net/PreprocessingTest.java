package dev.mnistnative.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.fuzz.RandomCase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PreprocessingTest {
    private static final Standardizer STANDARDIZER =
            Standardizer.of(new double[] {0.1, -2, 1e9}, new double[] {1, 0.3, 1e-3});

    @Test
    void oneSampleIsStandardisedAsADataSetIs() {
        float[] values = {1, 2, 3, -4, 0.5f, 1e9f};
        try (Dataset data = Dataset.ofFloats(values, 3, new int[] {0, 1});
                Dataset standardized = STANDARDIZER.apply(data)) {
            float[] rows = STANDARDIZER.apply(values);
            for (int f = 0; f < 3; f++) {
                assertEquals(standardized.sample(0)[f], rows[f]);
                assertEquals(standardized.sample(1)[f], rows[3 + f]);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> STANDARDIZER.apply(new float[4]));
    }

    @Test
    void samplesArePreparedAsTheTrainingSetWas() {
        byte[] pixels = {0, 51, (byte) 255};
        float[] values = {0, 0.2f, 1};
        Standardizer centred = Standardizer.of(new double[] {1, 1, 1}, new double[] {2, 2, 2});
        try (Dataset bytes = Dataset.ofBytes(pixels, 3, new int[] {0});
                Dataset floats = Dataset.ofFloats(values, 3, new int[] {0})) {
            Preprocessing ofBytes = Preprocessing.fittedTo(bytes).withStandardizer(centred);
            assertEquals(Scaling.bytes(Dataset.UNIT_SCALE), ofBytes.scaling());
            assertArrayEquals(new float[] {-0.5f, -0.4f, 0}, prepared(ofBytes, bytes), 1e-7f);
            assertArrayEquals(new float[] {-0.5f, -0.4f, 0}, prepared(ofBytes, floats), 1e-7f); // scaled already
            assertArrayEquals(values, prepared(Preprocessing.fittedTo(bytes), bytes), 1e-7f);
            assertArrayEquals(values, prepared(Preprocessing.fittedTo(floats), bytes), 1e-7f);
            assertArrayEquals(values, prepared(Preprocessing.fittedTo(floats), floats));
            Preprocessing ofAll = Preprocessing.NONE.withScaling(Scaling.all(0.5));
            assertArrayEquals(new float[] {0, 25.5f, 127.5f}, prepared(ofAll, bytes));
            assertArrayEquals(new float[] {0, 0.1f, 0.5f}, prepared(ofAll, floats), 1e-7f);
        }
    }

    private static float[] prepared(Preprocessing preprocessing, Dataset samples) {
        return preprocessing.apply(samples).sample(0);
    }

    @Test
    void arraysAndDataSetsGetTheSameBits() {
        RandomCase.test(1000, PreprocessingTest::arraysAndDataSetsGetTheSameBits);
    }

    private static void arraysAndDataSetsGetTheSameBits(RandomCase input) {
        byte[] bytes = input.bytes("bytes", 6, 6);
        double factor = input.number("factor", 0.01, 1e6);
        double mean = input.number("mean", -1e3, 1e3);
        double std = input.number("std", 0.01, 1e3);
        float[] floats = new float[bytes.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = bytes[i] * 0.37f;
        }
        Standardizer standardizer = Standardizer.of(new double[] {mean, 0, -mean}, new double[] {std, 1, std});
        for (Scaling scaling : List.of(Scaling.byType(), Scaling.bytes(factor), Scaling.all(factor))) {
            Preprocessing scaled = Preprocessing.NONE.withScaling(scaling);
            for (Preprocessing each :
                    Stream.of(scaled, scaled.withStandardizer(standardizer)).toList()) {
                try (Dataset ofBytes = Dataset.ofBytes(bytes, 3, null);
                        Dataset ofFloats = Dataset.ofFloats(floats, 3, null)) {
                    assertSame(each.apply(ofBytes), each.apply(bytes));
                    assertSame(each.apply(ofFloats), each.apply(floats));
                }
            }
        }
    }

    private static void assertSame(Dataset prepared, float[] values) {
        for (int i = 0; i < values.length; i++) {
            assertEquals(prepared.sample(i / 3)[i % 3], values[i]);
        }
    }

    @Test
    void aScaleIsAFiniteNumberAboveZero() {
        for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertEquals(
                    "the scale " + wrong + " must be a finite number above 0",
                    assertThrows(IllegalArgumentException.class, () -> Scaling.all(wrong))
                            .getMessage());
            assertThrows(IllegalArgumentException.class, () -> Scaling.bytes(wrong));
        }
    }

    @Test
    void namesAndMeansFitTheNet() {
        Mlp net = Mlp.of(3, 2);
        ModelInfo.NONE.requireFit(net);
        ModelInfo fitting = ModelInfo.NONE
                .withClassNames("a", "b")
                .withFeatureNames(List.of("x", "y", "z"))
                .withPreprocessing(Preprocessing.NONE.withStandardizer(STANDARDIZER));
        fitting.requireFit(net);
        for (Mlp other : List.of(Mlp.of(3, 3), Mlp.of(2, 2))) {
            assertThrows(IllegalArgumentException.class, () -> fitting.requireFit(other));
        }
        assertEquals(
                "there are 2 class names, but the net 3-3 has 3 classes",
                assertThrows(IllegalArgumentException.class, () -> fitting.requireFit(Mlp.of(3, 3)))
                        .getMessage());
    }
}
