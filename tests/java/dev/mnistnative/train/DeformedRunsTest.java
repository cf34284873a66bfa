package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.binding.NativeOptimizer;
import dev.mnistnative.binding.NativePlacement;
import dev.mnistnative.binding.NativeTrainer;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformation;
import dev.mnistnative.data.Deformer;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.internal.NativeNets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every epoch sees the pictures that its deformation makes, whatever happens around it. */
@Timeout(120)
class DeformedRunsTest extends CheckpointRuns {
    private static final Deformation DEFORMATION = Deformation.STRONG;

    DeformedRunsTest() {
        data = Mnist.train().limit(330);
        test = Mnist.test().limit(60);
    }

    private static TrainingSettings.Builder digits() {
        return TrainingSettings.builder(784, 20, 10)
                .batchSize(32)
                .epochs(4)
                .dropLast(false)
                .shuffle(true)
                .optimizer(new Adam(1e-2))
                .seed(3)
                .deformation(DEFORMATION)
                .device(Device.cpu())
                .threads(1);
    }

    @AfterEach
    void noThreadIsLeft() {
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("mnist-native-deformer")));
    }

    private float[] parameters(TrainingSettings settings) {
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data);
            return trainer.parameters().values();
        }
    }

    /** A run on sets that are deformed beforehand, an epoch each, is the same run. */
    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    void anEpochIsTrainedOnItsOwnPictures(boolean shuffle, boolean dropLast) {
        TrainingSettings settings = digits().shuffle(shuffle).dropLast(dropLast).build();
        float[] expected;
        TrainingSettings plain =
                settings.toBuilder().deformation(Deformation.NONE).epochs(1).build();
        try (Trainer trainer = Trainer.create(plain);
                Deformer deformer = new Deformer(data, DEFORMATION, settings.seed(), 1)) {
            BatchPlan plan = new BatchPlan(data.size(), settings.batchSize(), dropLast);
            for (int epoch = 0; epoch < settings.epochs(); epoch++) {
                EpochOrder order = new EpochOrder(plan, settings, data);
                order.begin(epoch);
                int[] indices = new int[data.size()];
                order.indices(0, data.size()).get(indices);
                Dataset inOrder = deformer.deformed(epoch).select(indices);
                TrainingSettings fileOrder = plain.toBuilder().shuffle(false).build();
                try (Trainer one = Trainer.create(fileOrder)) {
                    one.setState(trainer.state());
                    one.fit(inOrder);
                    trainer.setState(one.state());
                }
            }
            expected = trainer.parameters().values();
        }
        assertArrayEquals(expected, parameters(settings));
        assertArrayEquals(expected, parameters(settings.toBuilder().threads(3).build()));
        assertNotEquals(
                0,
                Arrays.compare(
                        expected,
                        parameters(settings.toBuilder()
                                .deformation(Deformation.NONE)
                                .build())));
    }

    @Test
    void evaluationsSeeTheOriginals() {
        TrainingSettings settings = digits().build();
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(TrainingData.withTest(data, data));
            try (Model model = trainer.model()) {
                assertEquals(
                        model.evaluate(data).loss(),
                        result.epochs().get(3).evaluation().orElseThrow().loss());
            }
        }
    }

    @Test
    void aRunThatIsCutGoesOnWithTheSameBits() {
        TrainingSettings settings = digits().build();
        End expected = run(settings, Checkpoints.NONE);
        run(settings.toBuilder().epochs(2).build(), Checkpoints.in(folder));
        assertSameEnd(
                expected,
                run(
                        settings.toBuilder().threads(2).build(),
                        Checkpoints.in(folder).resuming()));
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> run(
                        settings.toBuilder().deformation(Deformation.LIGHT).build(),
                        Checkpoints.in(folder).resuming()));
        assertTrue(refused.getMessage().startsWith("deformation is rotate=8,"), refused.getMessage());
    }

    @Test
    void aRunCutInTheMiddleOfAnEpochGoesOnThere() {
        TrainingSettings settings = digits().layers(784, 600, 300, 10).epochs(2).build();
        data = Mnist.train().limit(32 * 150);
        End expected = run(settings, Checkpoints.NONE);
        End cut = run(settings, Checkpoints.in(folder), new TrainingListener() {
            @Override
            public void onSteps(StepsDone event) {
                if (event.position().epoch() == 2) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        assertTrue(Thread.interrupted());
        assertEquals(StopReason.INTERRUPTED, cut.reason());
        assertEquals(1, cut.epochs().size());
        assertSameEnd(expected, run(settings, Checkpoints.in(folder).resuming()));
    }

    @Test
    void whatIsNoPictureIsRefusedBeforeTheRunStarts() {
        data = Toy.data(50, 1);
        try (Trainer trainer =
                Trainer.create(Toy.settings().deformation(DEFORMATION).build())) {
            Recorder recorder = new Recorder();
            assertThrows(IllegalArgumentException.class, () -> trainer.fit(data, recorder));
            assertNull(recorder.start, "the run has not started");
        }
    }

    @Test
    void aListenersFailureEndsTheThreadsToo() {
        try (Trainer trainer = Trainer.create(digits().build())) {
            assertThrows(
                    IllegalStateException.class,
                    () -> trainer.fit(data, new TrainingListener() {
                        @Override
                        public void onSteps(StepsDone event) {
                            throw new IllegalStateException("enough");
                        }
                    }));
            noThreadIsLeft();
        }
    }

    /** A set of which two copies do not fit is deformed part by part. */
    @ParameterizedTest
    @CsvSource({"true, false, 1", "true, false, 4", "false, true, 4", "false, false, 100"})
    void partsAreThoseOfTheWhole(boolean shuffle, boolean dropLast, int stepsPerPart) {
        TrainingSettings settings =
                digits().shuffle(shuffle).dropLast(dropLast).epochs(2).build();
        assertArrayEquals(parametersByParts(settings, 0), parametersByParts(settings, stepsPerPart));
    }

    private float[] parametersByParts(TrainingSettings settings, int stepsPerPart) {
        BatchPlan plan = new BatchPlan(data.size(), settings.batchSize(), settings.dropLast());
        EpochOrder order = new EpochOrder(plan, settings, data);
        try (NativeTrainer trainer = NativeTrainer.create(
                NativeNets.of(settings.layers()),
                new NativePlacement(NativePlacement.CPU, 0, settings.precision().code(), 1, "auto"),
                NativeOptimizer.of(
                        settings.optimizer().code(), settings.optimizer().options()),
                NativeLosses.of(settings.loss()))) {
            trainer.initialize(1);
            TrainingStart start = new TrainingStart(settings, null, null, Optional.empty());
            RunContext run = new RunContext(trainer, start, plan, List.of(), null, () -> false);
            try (DeformedSamples samples = new DeformedSamples(run, data, order, stepsPerPart)) {
                for (int epoch = 0; epoch < settings.epochs(); epoch++) {
                    order.begin(epoch);
                    for (int step = 0; step < plan.steps(); step++) {
                        assertTrue(samples.lend(epoch, step));
                        assertTrue(samples.stepsFrom(step) >= 1);
                        int first = plan.first(step);
                        int rows = plan.rows(step);
                        trainer.train(
                                samples.order(first, rows),
                                samples.first(first),
                                rows,
                                settings.batchSize(),
                                settings.seed(),
                                new double[] {0.01},
                                NativeTrainer.StepResults.of(1));
                    }
                }
            }
            return trainer.read();
        }
    }
}
