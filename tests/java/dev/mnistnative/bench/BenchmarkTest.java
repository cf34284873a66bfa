package dev.mnistnative.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is measured and how it is summed up; never how fast it was. */
class BenchmarkTest {
    private static final Mlp TINY = Mlp.of(6, 4, 3);
    private static final int BATCH = 32;

    private static TrainingSettings settings(Mlp layers) {
        return TrainingSettings.builder(layers)
                .batchSize(BATCH)
                .device(Device.cpu())
                .threads(1)
                .build();
    }

    private static void assertPlausible(Timings timings) {
        assertTrue(timings.best() > 0 && timings.best() <= timings.median(), timings.toString());
        assertTrue(timings.count() >= 1, timings.toString());
    }

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
        assertEquals(new Timings(2, 1, 3), Timings.of(new double[] {9, 1, 2}));
        assertEquals(new Timings(2.5, 1, 4), Timings.of(new double[] {3, 9, 1, 2}));
        assertThrows(IllegalArgumentException.class, () -> Timings.of(new double[0]));
    }

    @Test
    void everyPartIsTimed() {
        List<TrainingStart> starts = new ArrayList<>();
        try (TrainingData samples = BenchmarkSamples.madeUp(TINY, BATCH)) {
            BenchmarkResult result = new Benchmark(settings(TINY), samples, 0.5).run(new TrainingListener() {
                @Override
                public void onStart(TrainingStart start) {
                    starts.add(start);
                }
            });
            assertPlausible(result.step());
            assertPlausible(result.epoch());
            assertPlausible(result.evaluation());
            assertPlausible(result.oneImage());
            assertEquals(60_000 / BATCH * BATCH, result.samplesPerEpoch());
            assertEquals(10_000, result.evaluated());
            assertTrue(result.epoch().best() > result.step().best(), "an epoch is many steps");
            assertEquals(List.of(result.start()), starts);
        }
    }

    /** Wide samples are few, and a batch of many is one epoch's only step. */
    @Test
    void withoutTimeForAnEpochEverythingElseIsTimedOnce() {
        Mlp wide = Mlp.of(2000, 512, 3);
        try (TrainingData samples = BenchmarkSamples.madeUp(wide, BATCH)) {
            BenchmarkResult result = new Benchmark(settings(wide), samples, 1e-6).run(new TrainingListener() {});
            assertNull(result.epoch());
            assertEquals(1, result.step().count());
            assertEquals(1, result.evaluation().count());
            assertEquals(1, result.oneImage().count());
        }
    }

    @Test
    void madeUpSamplesHaveNoZerosAndAreTheSameAgain() {
        try (TrainingData samples = BenchmarkSamples.madeUp(TINY, BATCH);
                TrainingData again = BenchmarkSamples.madeUp(TINY, BATCH)) {
            assertEquals(60_000, samples.training().size());
            assertEquals(10_000, samples.evaluation().orElseThrow().size());
            assertEquals(3, samples.training().classes());
            ByteBuffer pixels = samples.training().pixels();
            assertEquals(again.training().pixels(), pixels);
            boolean[] seen = new boolean[256];
            while (pixels.hasRemaining()) {
                seen[pixels.get() & 0xff] = true;
            }
            assertFalse(seen[0]);
            assertTrue(seen[1] && seen[255]);
            assertNotEquals(
                    0,
                    samples.training().labels().get(0)
                            + samples.training().labels().get(1)
                            + samples.training().labels().get(2)
                            + samples.training().labels().get(3));
        }
    }

    @Test
    void madeUpSamplesTakeNoMoreMemoryThanMnistButAtLeastABatch() {
        int features = 784_000;
        try (TrainingData samples = BenchmarkSamples.madeUp(Mlp.of(features, 3), BATCH)) {
            assertEquals(60, samples.training().size());
            assertEquals(10, samples.evaluation().orElseThrow().size());
        }
        try (Dataset train = BenchmarkSamples.madeUp(Mlp.of(features, 3), 100).training()) {
            assertEquals(100, train.size());
        }
        assertThrows(IllegalArgumentException.class, () -> BenchmarkSamples.madeUp(Mlp.of(features, 3), 100_000));
    }

    @Test
    void mnistFitsNetsOfItsShape() {
        assertTrue(BenchmarkSamples.mnistFits(Mlp.of(784, 10)));
        assertTrue(BenchmarkSamples.mnistFits(Mlp.of(784, 5, 11)));
        assertFalse(BenchmarkSamples.mnistFits(Mlp.of(784, 9)));
        assertFalse(BenchmarkSamples.mnistFits(Mlp.of(783, 10)));
    }
}
