package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainers that are averaged at the borders of chunks. */
@Timeout(120)
class ReplicasTest {
    private static final int STEPS = 13;

    private final Dataset data = Toy.data(200, 1);

    /** Does something with each state; remembers nothing else. */
    private record Every(int everySteps, Consumer<ReplicaState> then) implements Replicas {
        @Override
        public void average(ReplicaState state) {
            then.accept(state);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 13, 1000})
    void anAverageThatChangesNothingChangesNoBit(int every) {
        TrainingSettings settings =
                Toy.settings().shuffle(true).warmupSteps(7).seed(4).build();
        List<Integer> averagedAfter = new ArrayList<>();
        TrainerState plain;
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data);
            plain = trainer.state();
        }
        try (Trainer trainer = Trainer.create(settings)) {
            Recorder recorder = new Recorder();
            Replicas alone = new Every(every, state -> averagedAfter.add((int) trainer.optimizerSteps()));
            trainer.fit(TrainingData.of(data), Checkpoints.NONE, alone, recorder);
            assertEquals(plain, trainer.state());
            assertEquals(39, recorder.losses.size());
        }
        List<Integer> expected = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            for (int step = 1; step <= STEPS; step++) {
                if (step % every == 0 || step == STEPS) {
                    expected.add(epoch * STEPS + step);
                }
            }
        }
        assertEquals(expected, averagedAfter);
    }

    @Test
    void theStateIsParametersAndMomentsInOneDirectBuffer() {
        TrainingSettings settings = Toy.settings().epochs(1).build();
        try (Trainer trainer = Trainer.create(settings)) {
            int count = settings.layers().parameterCount();
            trainer.fit(TrainingData.of(data), Checkpoints.NONE, new Every(100, state -> {
                assertTrue(state.values().isDirect());
                assertEquals(ByteOrder.nativeOrder(), state.values().order());
                assertEquals(3 * count, state.values().remaining());
                assertEquals(List.of("exp_avg", "exp_avg_sq"), state.moments());
                TrainerState present = trainer.state();
                assertEquals(FloatBuffer.wrap(present.parameters().values()), state.parameters());
                assertEquals(FloatBuffer.wrap(present.moments().get("exp_avg_sq")), state.moment("exp_avg_sq"));
                assertThrows(IllegalArgumentException.class, () -> state.moment("momentum_buffer"));
                state.values().put(0, new float[3 * count]);
            }));
            assertEquals(
                    FloatBuffer.wrap(new float[count]),
                    FloatBuffer.wrap(trainer.parameters().values()));
            assertEquals(
                    FloatBuffer.wrap(new float[count]),
                    FloatBuffer.wrap(trainer.state().moments().get("exp_avg")));
        }
    }

    /** Averages the states of two trainers in two threads. */
    private static final class Two {
        private final CyclicBarrier barrier = new CyclicBarrier(2);
        private final FloatBuffer[] values = new FloatBuffer[2];

        Replicas replica(int rank) {
            return new Every(4, state -> {
                values[rank] = state.values();
                await();
                float[] mean = new float[state.values().remaining()];
                for (int i = 0; i < mean.length; i++) {
                    mean[i] = (values[0].get(i) + values[1].get(i)) / 2;
                }
                await(); // both have read
                state.values().put(mean);
            });
        }

        private void await() {
            try {
                barrier.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void twoLearnTogetherAndAreEqualAfterEachEpoch() throws Exception {
        Two two = new Two();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<TrainerState> first = threads.submit(() -> replica(two.replica(0), Toy.data(200, 1)));
            Future<TrainerState> second = threads.submit(() -> replica(two.replica(1), Toy.data(200, 2)));
            assertEquals(first.get(), second.get());
            TrainerState alone = replica(Replicas.NONE, Toy.data(200, 1));
            assertNotEquals(alone, first.get());
        } finally {
            threads.shutdownNow();
        }
    }

    private static TrainerState replica(Replicas replicas, Dataset samples) {
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(5).build())) {
            Dataset test = Toy.data(100, 3);
            TrainingResult result = trainer.fit(TrainingData.withTest(samples, test), Checkpoints.NONE, replicas);
            assertTrue(result.lastEpoch().evaluation().orElseThrow().accuracy() > 0.6, result.toString());
            return trainer.state();
        }
    }

    @Test
    void aRunThatWasCutGoesOnWithTheSameBits(@TempDir Path folder) {
        TrainingSettings settings = Toy.settings().shuffle(true).build();
        Replicas shrinking = new Every(4, state -> {
            FloatBuffer parameters = state.parameters();
            for (int i = 0; i < parameters.limit(); i++) {
                parameters.put(i, parameters.get(i) * 0.9f);
            }
        });
        TrainerState expected;
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(TrainingData.of(data), Checkpoints.NONE, shrinking);
            expected = trainer.state();
        }
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult cut =
                    trainer.fit(TrainingData.of(data), Checkpoints.in(folder), shrinking, new TrainingListener() {
                        @Override
                        public void onSteps(StepsDone event) {
                            if (event.position().stepInRun() == STEPS + 8) {
                                trainer.cancel();
                            }
                        }
                    });
            assertEquals(StopReason.INTERRUPTED, cut.reason());
        }
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(TrainingData.of(data), Checkpoints.in(folder).resuming(), shrinking);
            assertEquals(expected, trainer.state());
        }
    }

    @Test
    void anExceptionEndsTheRunAndTheTrainerKeepsItsState() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            TrainerState[] before = new TrainerState[1];
            Replicas broken = new Every(5, state -> {
                before[0] = trainer.state();
                state.values().put(0, Float.NaN);
                throw new IllegalStateException("the other went away");
            });
            IllegalStateException thrown = assertThrows(
                    IllegalStateException.class, () -> trainer.fit(TrainingData.of(data), Checkpoints.NONE, broken));
            assertEquals("the other went away", thrown.getMessage());
            assertEquals(before[0], trainer.state());
            assertEquals(5, trainer.optimizerSteps());
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
        }
    }

    @Test
    void withoutMomentsThereAreTheParametersAlone() {
        TrainingSettings settings = Toy.settings().optimizer(new Sgd(0.1)).build();
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(TrainingData.of(data), Checkpoints.NONE, new Every(6, state -> {
                assertEquals(List.of(), state.moments());
                assertEquals(state.parameters(), state.values());
            }));
        }
    }

    @Test
    void everyStepsIsAtLeastOne() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            Replicas never = new Every(0, state -> {});
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> trainer.fit(TrainingData.of(data), Checkpoints.NONE, never))
                    .getMessage();
            assertEquals("replicas: everySteps is 0, but must be at least 1", message);
            assertFalse(trainer.describe().isEmpty());
        }
    }
}
