package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that was cut and went on is, bit for bit, the run that was not. */
@Timeout(120)
class CheckpointTest extends CheckpointRuns {
    private static final int STEPS = 200;

    static Stream<UnaryOperator<TrainingSettings.Builder>> settings() {
        List<Optimizer> optimizers = List.of(
                new Adam(1e-2),
                new Adam(1e-2, 0.8, 0.99, 1e-6, 1e-3, true),
                new AdamW(1e-2),
                new AdamW(1e-2, 0.9, 0.999, 1e-8, 1e-2, true),
                new Sgd(0.1),
                new Sgd(0.05, 0.9, 0.1, 1e-3, false),
                new Sgd(0.05, 0.9, 0, 0, true));
        List<UnaryOperator<TrainingSettings.Builder>> cases = new ArrayList<>();
        for (Optimizer optimizer : optimizers) {
            cases.add(s -> s.optimizer(optimizer).shuffle(true));
            cases.add(s -> s.optimizer(optimizer).shuffle(false).dropLast(true));
        }
        cases.add(
                s -> s.shuffle(true).schedule(LearningRateSchedule.step(2, 0.5)).warmupSteps(100));
        cases.add(s -> s.shuffle(true).inputDropout(0.2).dropout(0.5));
        if (MnistRuntime.cpu().bf16()) {
            cases.add(s -> s.shuffle(true).precision(Precision.BF16));
            cases.add(s -> s.shuffle(true).inputDropout(0.2).dropout(0.5).precision(Precision.BF16));
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void fiveAndFiveAreTen(UnaryOperator<TrainingSettings.Builder> change) {
        TrainingSettings whole = change.apply(ten()).build();
        End expected = run(whole, Checkpoints.NONE);
        run(whole.toBuilder().epochs(EPOCHS / 2).build(), Checkpoints.in(folder));
        End resumed =
                run(whole.toBuilder().threads(2).build(), Checkpoints.in(folder).resuming());
        assertEquals(EPOCHS / 2, resumed.epochs().size());
        assertSameEnd(expected, resumed);
    }

    @Test
    void aRunCutInTheMiddleOfAnEpochGoesOnThere() {
        TrainingSettings settings = threeChunksAnEpoch();
        int chunk = new ChunkLength(settings.layers(), settings.batchSize(), Device.Kind.CPU).steps();
        assertEquals(3, (STEPS + chunk - 1) / chunk, "chunks an epoch, of " + chunk + " steps");
        End expected = run(settings, Checkpoints.NONE);
        for (int cut : new int[] {1, 2, 5}) {
            Checkpoints checkpoints = Checkpoints.in(folder.resolve("cut" + cut));
            End first = cutAfterChunks(settings, checkpoints, cut);
            assertEquals(StopReason.INTERRUPTED, first.reason());
            List<Resumed> resumed = new ArrayList<>();
            assertSameEnd(expected, run(settings, checkpoints.resuming(), new TrainingListener() {
                @Override
                public void onStart(TrainingStart start) {
                    start.resumed().ifPresent(resumed::add);
                }
            }));
            assertEquals(1, resumed.size());
            assertEquals(first.optimizerStep() / STEPS, resumed.get(0).epochs());
            assertEquals(first.optimizerStep() % STEPS, resumed.get(0).steps()); // a busy machine's chunks are shorter
        }
    }

    /** Wide enough that an epoch does not fit into one chunk. */
    private TrainingSettings threeChunksAnEpoch() {
        data = Toy.data(STEPS * 64, 1);
        return ten().layers(Toy.FEATURES, 1000, 300, Toy.CLASSES)
                .dropout(0.5)
                .inputDropout(0.2)
                .batchSize(64)
                .epochs(2)
                .shuffle(true)
                .build();
    }

    private End cutAfterChunks(TrainingSettings settings, Checkpoints checkpoints, int chunks) {
        return run(settings, checkpoints, new TrainingListener() {
            private int seen;

            @Override
            public void onSteps(StepsDone report) {
                if (++seen == chunks) {
                    Thread.currentThread().interrupt(); // its channels would close under it
                }
            }

            @Override
            public void onEnd(TrainingResult result) {
                assertTrue(Thread.interrupted(), "an interrupted thread stays interrupted");
            }
        });
    }

    @Test
    void earlyStoppingRemembers() {
        TrainingSettings settings =
                ten().epochs(60).optimizer(new Adam(0.05)).earlyStopping(3).build();
        End expected = run(settings, Checkpoints.NONE);
        assertEquals(StopReason.EARLY_STOPPING, expected.reason());
        int epochs = expected.epochs().size();
        for (int back = 1; back <= 3; back++) {
            Checkpoints checkpoints = Checkpoints.in(folder.resolve("back" + back));
            run(settings.toBuilder().epochs(epochs - back).build(), checkpoints);
            End resumed = run(settings, checkpoints.resuming());
            assertEquals(back, resumed.epochs().size());
            assertSameEnd(expected, resumed);
            assertSameEnd(expected, run(settings, checkpoints.resuming())); // it is over, and stays so
        }
    }

    @Test
    void aCutEvaluationIsDoneOnResuming() {
        TrainingSettings settings = ten().epochs(2).build();
        End expected = run(settings, Checkpoints.NONE);
        End cut = run(settings, Checkpoints.in(folder), new TrainingListener() {
            @Override
            public void onSteps(StepsDone report) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(Thread.interrupted());
        assertEquals(StopReason.INTERRUPTED, cut.reason());
        assertTrue(cut.epochs().get(0).contains("Optional.empty"), cut.epochs().get(0));
        End resumed = run(settings, Checkpoints.in(folder).resuming());
        assertSameEnd(expected, resumed);
        assertEquals(2, resumed.epochs().size());
    }

    @Test
    void anInterruptedThreadResumesAndStopsAtOnce() {
        TrainingSettings settings = ten().epochs(4).build();
        End expected = run(settings, Checkpoints.NONE);
        run(settings.toBuilder().epochs(2).build(), Checkpoints.in(folder));
        Thread.currentThread().interrupt();
        End cut = run(settings, Checkpoints.in(folder).resuming());
        assertTrue(Thread.interrupted(), "an interrupted thread stays interrupted");
        assertEquals(StopReason.INTERRUPTED, cut.reason());
        assertEquals(List.of(), cut.epochs());
        assertSameEnd(expected, run(settings, Checkpoints.in(folder).resuming()));
    }
}
