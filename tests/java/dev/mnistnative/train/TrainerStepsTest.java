package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The steps of an epoch: their numbers, their bits, their learning rates. */
class TrainerStepsTest {
    private final Dataset data = Toy.data(200, 1);

    private static Parameters train(TrainingSettings settings, Dataset data) {
        try (Trainer trainer = Trainer.create(settings)) {
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
            return trainer.parameters();
        }
    }

    @Test
    void anEpochsNumbersAreThoseOfItsSteps() {
        Recorder recorder = new Recorder();
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            trainer.fit(data, recorder);
        }
        assertEquals(39, recorder.losses.size());
        for (int e = 0; e < 3; e++) {
            EpochEnded report = recorder.epochs.get(e);
            List<Double> losses = recorder.losses.subList(13 * e, 13 * e + 13);
            List<Integer> correct = recorder.correct.subList(13 * e, 13 * e + 13);
            double mean = losses.stream().mapToDouble(Double::doubleValue).sum() / 13;
            assertEquals(mean, report.training().loss(), 1e-12);
            assertEquals(
                    correct.get(12) / 8.0,
                    report.training().lastBatchAccuracy(),
                    "the last batch has 200 - 12 * 16 rows");
            assertEquals(
                    correct.stream().mapToInt(Integer::intValue).sum() / 200.0,
                    report.training().accuracy());
            assertEquals(Optional.empty(), report.evaluation());
        }
    }

    @Test
    void dropLastLeavesTheRaggedBatchOut() {
        try (Trainer trainer = Trainer.create(Toy.settings().dropLast(true).build())) {
            assertEquals(12, trainer.fit(data).lastEpoch().position().step());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void theSameBitsForAnyNumberOfThreads(int threads) {
        TrainingSettings one = Toy.settings().shuffle(true).seed(5).build();
        TrainingSettings many = one.toBuilder().threads(threads).build();
        assertEquals(train(one, data), train(many, data));
        assertEquals(train(many, data), train(many, data));
        assertNotEquals(train(one, data), train(one.toBuilder().seed(6).build(), data));
    }

    /** Chunks of one step and of a whole epoch give the same bits. */
    @Test
    void chunksChangeNoBit() {
        TrainingSettings settings = Toy.settings().batchSize(4).epochs(4).build();
        Recorder recorder = new Recorder();
        Parameters chunked;
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data, recorder);
            chunked = trainer.parameters();
        }
        assertEquals(List.of(50, 50, 50, 50), recorder.chunks, "a net this small takes a chunk an epoch");
        // the other extreme: each of the 50 steps in a fit of its own
        Parameters single = Parameters.initial(settings.layers(), settings.seed());
        try (Trainer trainer = Trainer.create(settings.toBuilder().epochs(1).build())) {
            trainer.setParameters(single);
            for (int epoch = 0; epoch < 4; epoch++) {
                for (int step = 0; step < 50; step++) {
                    trainer.fit(data.select(range(step * 4, 4)));
                }
            }
            single = trainer.parameters();
        }
        assertEquals(chunked, single);
    }

    private static int[] range(int first, int count) {
        int[] indices = new int[count];
        Arrays.setAll(indices, i -> first + i);
        return indices;
    }

    @Test
    void schedulesAndWarmUpReachTheSteps() {
        Recorder recorder = new Recorder();
        TrainingSettings settings = Toy.settings()
                .optimizer(new Sgd(0.1))
                .schedule(LearningRateSchedule.step(1, 0.5))
                .warmupSteps(15)
                .build();
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data, recorder);
        }
        for (int step = 0; step < 39; step++) {
            assertEquals(settings.learningRate(step / 13, step), recorder.rates.get(step));
        }
        assertEquals(0.1 / 3, recorder.rates.get(0), 1e-15);
        assertEquals(0.025, recorder.rates.get(38));
    }

    @Test
    void batchesWhoseLabelsAreAllIgnoredAreLeftOut() {
        float[] pixels = new float[32 * Toy.FEATURES];
        data.pixels().asFloatBuffer().get(pixels);
        int[] labels = new int[32];
        Arrays.fill(labels, 0, 16, -100);
        for (int i = 16; i < 24; i++) {
            labels[i] = data.label(i);
        }
        Arrays.fill(labels, 24, 32, -100);
        Dataset ignoring = Dataset.ofFloats(pixels, Toy.FEATURES, labels);
        Recorder recorder = new Recorder();
        TrainingSettings settings =
                Toy.settings().optimizer(new Sgd(0.1)).epochs(1).build();
        Parameters after;
        EpochEnded report;
        try (Trainer trainer = Trainer.create(settings)) {
            report = trainer.fit(ignoring, ignoring, recorder).lastEpoch();
            after = trainer.parameters();
        }
        assertTrue(Double.isNaN(recorder.losses.get(0)));
        assertEquals(recorder.losses.get(1), report.training().loss());
        assertEquals(recorder.correct.get(1) / 8.0, report.training().lastBatchAccuracy());
        assertEquals(recorder.correct.get(1) / 8.0, report.training().accuracy());
        assertTrue(Double.isFinite(report.evaluation().orElseThrow().loss()));
        assertTrue(Double.isFinite(after.values()[0]));
    }

    @Test
    void byteAndFloatPixelsOfTheSameValuesGiveTheSameBits() {
        byte[] bytes = new byte[64 * 7];
        new java.util.Random(1).nextBytes(bytes);
        int[] labels = new int[64];
        Arrays.setAll(labels, i -> i % 3);
        Dataset raw = Dataset.ofBytes(bytes, 7, labels);
        float[] floats = new float[bytes.length];
        for (int i = 0; i < 64; i++) {
            System.arraycopy(raw.sample(i), 0, floats, i * 7, 7);
        }
        TrainingSettings settings = Toy.settings().build();
        assertArrayEquals(
                train(settings, raw).values(),
                train(settings, Dataset.ofFloats(floats, 7, labels)).values());
    }
}
