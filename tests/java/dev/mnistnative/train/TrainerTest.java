package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistRuntime;
import dev.mnistnative.binding.gpu.CudaStream;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelEvaluation;
import dev.mnistnative.net.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private final Dataset data = Toy.data(200, 1);
    private final Dataset test = Toy.data(100, 2);

    /** Collects everything it is told. */
    static final class Recorder implements TrainingListener {
        TrainingStart start;
        TrainingResult end;
        final List<EpochEnded> epochs = new ArrayList<>();
        final List<Double> losses = new ArrayList<>();
        final List<Integer> correct = new ArrayList<>();
        final List<Double> rates = new ArrayList<>();
        final List<Integer> chunks = new ArrayList<>();

        @Override
        public void onStart(TrainingStart s) {
            start = s;
        }

        @Override
        public void onSteps(StepsDone r) {
            assertEquals(losses.size() % r.position().stepsPerEpoch() + 1, r.firstStep());
            for (int i = 0; i < r.steps(); i++) {
                losses.add(r.losses()[i]);
                correct.add(r.correct()[i]);
                rates.add(r.learningRates()[i]);
            }
            chunks.add(r.steps());
        }

        @Override
        public void onEpoch(EpochEnded r) {
            epochs.add(r);
        }

        @Override
        public void onEnd(TrainingResult r) {
            end = r;
        }
    }

    private static Parameters train(TrainingSettings settings, Dataset data) {
        try (Trainer trainer = Trainer.create(settings)) {
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
            return trainer.parameters();
        }
    }

    @Test
    void itLearnsAndReports() {
        Recorder recorder = new Recorder();
        TrainingSettings settings = Toy.settings().epochs(20).shuffle(true).build();
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(data, test, recorder);
            assertEquals(StopReason.COMPLETED, result.reason());
            assertEquals(recorder.epochs, result.epochs());
            assertEquals(result, recorder.end);
            assertEquals(20, result.epochs().size());
            EpochEnded last = result.lastEpoch();
            assertTrue(
                    last.training().loss() < result.epochs().get(0).training().loss() / 2, last.toString());
            assertTrue(last.evaluation().orElseThrow().accuracy() > 0.8, last.toString());
            assertEquals(20, last.position().epoch());
            assertEquals(13, last.position().step());
            assertTrue(last.timing().seconds() > 0 && last.timing().samplesPerSecond() > 0);
            try (Model model = trainer.model()) {
                ModelEvaluation evaluation = model.evaluate(test);
                assertEquals(evaluation.loss(), last.evaluation().orElseThrow().loss(), 1e-6);
                assertEquals(
                        evaluation.accuracy(), last.evaluation().orElseThrow().accuracy());
            }
        }
        assertEquals(200, recorder.start.data().samples());
        assertEquals(100, recorder.start.data().evaluationSamples());
        assertEquals(13, recorder.start.data().stepsPerEpoch());
        assertEquals(Device.cpu(), recorder.start.machine().device());
        assertEquals(7 * 13 + 13 + 13 * 3 + 3, recorder.start.parameters());
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
    void divergenceIsAReasonAndRestoresTheChunksStart() {
        TrainingSettings settings = Toy.settings()
                .layers(Toy.FEATURES, Toy.CLASSES)
                .optimizer(new Sgd(Double.MAX_VALUE))
                .epochs(50)
                .build();
        Recorder recorder = new Recorder();
        try (Trainer trainer = Trainer.create(settings)) {
            Parameters[] chunkStart = {trainer.parameters()};
            TrainingResult result = trainer.fit(data, recorder, new TrainingListener() {
                @Override
                public void onSteps(StepsDone report) {
                    chunkStart[0] = trainer.parameters();
                }
            });
            assertEquals(StopReason.DIVERGED, result.reason());
            assertTrue(result.message().matches("epoch \\d+, step \\d+: .*learning rate.*"), result.message());
            assertEquals(result, recorder.end);
            assertEquals(chunkStart[0], trainer.parameters());
        }
    }

    @Test
    void earlyStoppingIsAReason() {
        TrainingSettings settings =
                Toy.settings().optimizer(new Sgd(0)).epochs(50).earlyStopping(3).build();
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(data, test);
            assertEquals(StopReason.EARLY_STOPPING, result.reason());
            assertEquals(4, result.epochs().size(), "one that was better than none, three that were not");
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(data))
                    .getMessage()
                    .contains("evaluation"));
        }
    }

    @Test
    void parametersGoInAndOut() {
        TrainingSettings settings = Toy.settings().seed(3).build();
        try (Trainer trainer = Trainer.create(settings)) {
            assertEquals(Parameters.initial(settings.layers(), 3), trainer.parameters());
            Parameters other = Parameters.initial(settings.layers(), 4);
            trainer.setParameters(other);
            assertEquals(other, trainer.parameters());
            Parameters foreign = Parameters.initial(Mlp.of(7, 3), 0);
            assertThrows(IllegalArgumentException.class, () -> trainer.setParameters(foreign));
        }
    }

    @Test
    void dataThatDoesNotFitIsRefusedAndTheTrainerStaysUsable() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            Dataset wide = Dataset.ofBytes(new byte[16], 8, new int[] {0, 1});
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(wide))
                    .getMessage()
                    .contains("features"));
            assertThrows(IllegalArgumentException.class, () -> trainer.fit(data, wide, refuseToStart()));
            Dataset foreign = Dataset.ofBytes(new byte[14], 7, new int[] {0, 3});
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(foreign))
                    .getMessage()
                    .contains("3"));
            assertThrows(IllegalArgumentException.class, () -> trainer.fit(data, foreign, refuseToStart()));
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
        }
    }

    private static TrainingListener refuseToStart() {
        return new TrainingListener() {
            @Override
            public void onStart(TrainingStart start) {
                throw new IllegalStateException("the test set must be checked before the first step");
            }
        };
    }

    @Test
    void autoTellsWhy() {
        try (Trainer trainer =
                Trainer.create(Toy.settings().device(Device.auto()).build())) {
            boolean gpu = !MnistRuntime.gpus().list().isEmpty();
            assertEquals(gpu ? Device.cuda(0) : Device.cpu(), trainer.device());
            assertFalse(trainer.describe().isBlank());
            assertTrue(gpu || trainer.describe().contains("no GPU is used: "), trainer.describe());
        }
    }

    @Test
    void onlyATrainerOnAGpuTakesACallersStream() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            MnistNativeException refused =
                    assertThrows(MnistNativeException.class, () -> trainer.useStream(CudaStream.at(1)));
            assertEquals(MnistNativeException.Status.UNSUPPORTED, refused.status());
            assertEquals(
                    "only a trainer on a GPU takes a CUDA stream: create it with device cuda", refused.getMessage());
            trainer.useStream(null);
            assertEquals(StopReason.COMPLETED, trainer.fit(Toy.data(200, 1)).reason());
        }
    }

    @Test
    void aStreamHasAnAddress() {
        assertThrows(IllegalArgumentException.class, () -> CudaStream.at(0));
        assertThrows(IllegalArgumentException.class, () -> CudaStream.of(null));
        assertThrows(IllegalArgumentException.class, () -> CudaStream.of(new CUstream_st()));
    }

    @Test
    void aGpuThatIsNotThereIsRefusedWithTheReason() {
        int gpus = MnistRuntime.gpus().list().size();
        TrainingSettings settings = Toy.settings().device(Device.cuda(gpus)).build();
        MnistNativeException refused = assertThrows(MnistNativeException.class, () -> Trainer.create(settings));
        assertEquals(MnistNativeException.Status.UNSUPPORTED, refused.status());
        String reason = gpus == 0 ? MnistRuntime.gpus().reason() : "there is no GPU " + gpus;
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
        assertFalse(reason.isBlank());
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
