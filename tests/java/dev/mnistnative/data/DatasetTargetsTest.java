package dev.mnistnative.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Targets and sample weights go with their samples through whatever makes a data set of another. */
class DatasetTargetsTest {
    private static final float[] PIXELS = {0, 1, 2, 3, 4};

    private final Dataset five = Dataset.ofFloats(PIXELS, 1, new int[] {0, 1, 2, 3, 4})
            .withTargets(new float[] {0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f, 4, 4.5f}, 2)
            .withTargetNames(List.of("whole", "half"))
            .withSampleWeights(new float[] {0, 10, 20, 30, 40});

    /** Each sample's pixel p has the targets p, p + 0.5 and the weight 10 p. */
    private static void assertTogether(Dataset data, float... pixels) {
        assertEquals(pixels.length, data.size());
        assertEquals(2, data.outputs());
        assertEquals(List.of("whole", "half"), data.targetNames());
        FloatBuffer targets = data.targets();
        FloatBuffer weights = data.sampleWeights().orElseThrow();
        assertEquals(2 * pixels.length, targets.remaining());
        assertEquals(pixels.length, weights.remaining());
        for (int i = 0; i < pixels.length; i++) {
            assertEquals(pixels[i], targets.get(2 * i));
            assertEquals(pixels[i] + 0.5f, targets.get(2 * i + 1));
            assertEquals(10 * pixels[i], weights.get(i));
            assertEquals((int) pixels[i], data.label(i));
        }
    }

    @Test
    void everyPartAndChangeKeepsThem() {
        assertTogether(five, PIXELS);
        assertTogether(five.limit(3), 0, 1, 2);
        assertTogether(five.limit(3).select(new int[] {2, 0, 2}), 2, 0, 2);
        assertTogether(five.withScale(2), PIXELS);
        assertTogether(five.withIgnoreIndex(-1), PIXELS);
        assertTogether(Standardizer.fit(five).apply(five), PIXELS);
        TrainingData split = five.split(0.4, 3);
        assertTogether(
                split.training(),
                split.training().pixels().asFloatBuffer().get(0),
                pixel(split.training(), 1),
                pixel(split.training(), 2));
        assertTogether(
                split.evaluation().orElseThrow(),
                pixel(split.evaluation().orElseThrow(), 0),
                pixel(split.evaluation().orElseThrow(), 1));
        assertEquals(5 * 4 + 5 * 4 + 10 * 4 + 5 * 4, five.nativeBytes());
    }

    private static float pixel(Dataset data, int i) {
        return data.sample(i)[0];
    }

    @Test
    void viewsAreDirectReadOnlyAndInNativeOrder() {
        FloatBuffer targets = five.targets();
        FloatBuffer weights = five.sampleWeights().orElseThrow();
        assertTrue(targets.isDirect() && targets.isReadOnly() && weights.isDirect() && weights.isReadOnly());
        assertEquals(ByteOrder.nativeOrder(), targets.order());
        targets.position(1);
        assertEquals(0, five.targets().position());
    }

    @Test
    void withoutThemThereAreNone() {
        Dataset plain = Dataset.ofFloats(PIXELS, 1, null);
        assertFalse(plain.hasTargets() || plain.hasLabels());
        assertEquals(0, plain.outputs());
        assertEquals(List.of(), plain.targetNames());
        assertEquals(Optional.empty(), plain.sampleWeights());
        assertEquals(
                "the data set has no targets; read it with a file or columns of targets",
                assertThrows(IllegalStateException.class, plain::targets).getMessage());
        assertTrue(five.hasTargets() && five.hasLabels());
        plain.close();
        assertThrows(IllegalStateException.class, plain::hasTargets);
    }

    @Test
    void theCallersArraysAreCopied() {
        float[] targets = {1, 2, 3, 4, 5};
        float[] weights = {1, 1, 1, 1, 1};
        Dataset data = Dataset.ofFloats(PIXELS, 1, null).withTargets(targets, 1).withSampleWeights(weights);
        targets[0] = Float.NaN;
        weights[0] = -1;
        float[] kept = new float[5];
        data.targets().get(kept);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5}, kept);
        assertEquals(1, data.sampleWeights().orElseThrow().get(0));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Dataset plain = Dataset.ofFloats(PIXELS, 1, null);
        assertRefused(() -> plain.withTargets(new float[4], 1), "targets: 4 for 5 samples");
        assertRefused(() -> plain.withTargets(new float[11], 2), "targets: 5.5 for 5 samples");
        assertRefused(() -> plain.withTargets(new float[5], 0), "targets: a sample must have 1 or more, not 0");
        assertRefused(
                () -> plain.withTargets(new float[] {0, 0, 0, Float.NaN, 0, 0, 0, 0, 0, 0}, 2),
                "targets: sample 1, output 1 is NaN; every target must be a finite float32");
        assertRefused(() -> five.withTargetNames(List.of("a")), "targets: there are 1 names for 2 targets a sample");
        assertRefused(() -> plain.withSampleWeights(new float[6]), "sample weights: 6 for 5 samples");
        for (float wrong : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertRefused(
                    () -> plain.withSampleWeights(new float[] {0, 0, wrong, 0, 0}),
                    "sample weights: that of sample 2 is " + wrong + "; each must be a finite number of 0 or more");
        }
    }

    private static void assertRefused(Runnable call, String message) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
