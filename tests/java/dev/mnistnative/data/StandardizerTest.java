package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class StandardizerTest {
    @Test
    void populationMeanAndDeviation() {
        // feature 0: 1 2 3 4, mean 2.5, variance 1.25; feature 1 never changes
        Dataset train = Dataset.ofFloats(new float[] {1, 0.1f, 2, 0.1f, 3, 0.1f, 4, 0.1f}, 2, new int[] {0, 1, 0, 1});
        Standardizer standardizer = Standardizer.fit(train);
        assertArrayEquals(new double[] {2.5, 0.1f}, standardizer.mean(), 1e-15);
        assertArrayEquals(new double[] {Math.sqrt(1.25), 1}, standardizer.std(), 1e-15);
        Dataset applied = standardizer.apply(train);
        assertEquals((float) (-1.5 / Math.sqrt(1.25)), applied.sample(0)[0]);
        assertEquals(0f, applied.sample(3)[1]);
        assertEquals(1, applied.label(3));
    }

    @Test
    void bytesAreTakenAsTheNetworkSeesThem() {
        Dataset train = Dataset.ofBytes(TestFiles.bytes(0, 255), 1, new int[] {0, 1});
        Standardizer standardizer = Standardizer.fit(train);
        assertEquals(0.5, standardizer.mean()[0], 1e-12);
        assertEquals(0.5, standardizer.std()[0], 1e-12);
        Dataset applied = standardizer.apply(train);
        assertEquals(PixelType.FLOAT32, applied.pixelType());
        assertEquals(1, applied.scale());
        assertEquals(-1f, applied.sample(0)[0]);
        assertEquals(1f, applied.sample(1)[0]);
    }

    @Test
    void sumsAreFloat64() {
        int size = 100_000;
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = 1e6f + i % 2;
        }
        Standardizer standardizer = Standardizer.fit(Dataset.ofFloats(values, 1, null));
        assertEquals(1e6 + 0.5, standardizer.mean()[0], 1e-9);
        assertEquals(0.5, standardizer.std()[0], 1e-9);
    }

    @Test
    void onlyDataOfTheSameFeatures() {
        Standardizer two = Standardizer.of(new double[2], new double[] {1, 1});
        Dataset three = Dataset.ofFloats(new float[3], 3, null);
        assertThrows(IllegalArgumentException.class, () -> two.apply(three));
        assertThrows(IllegalArgumentException.class, () -> Standardizer.of(new double[1], new double[] {0}));
        assertThrows(IllegalArgumentException.class, () -> Standardizer.of(new double[1], new double[2]));
        assertThrows(
                IllegalArgumentException.class, () -> Standardizer.of(new double[] {Double.NaN}, new double[] {1}));
    }
}
