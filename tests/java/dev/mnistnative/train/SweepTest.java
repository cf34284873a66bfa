package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Deformation;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Device;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs side by side are what each is alone, and what happens to one happens to no other. */
@Timeout(120)
class SweepTest {
    private final Dataset training = Toy.data(93, 1);
    private final TrainingData data = TrainingData.withTest(training, Toy.data(31, 2));
    private long before;

    @BeforeEach
    void measure() {
        before = MnistRuntime.nativeBytes();
    }

    @AfterEach
    void nothingIsLeft() {
        assertEquals(before, MnistRuntime.nativeBytes());
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("mnist-native-sweep")));
    }

    private static TrainingSettings.Builder shuffled() {
        return Toy.settings().shuffle(true).dropout(0.2).threads(2);
    }

    private static float[] alone(TrainingSettings settings, TrainingData data) {
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data);
            return trainer.parameters().values();
        }
    }

    @Test
    void eachSeedsBitsAreThoseOfItsRunAlone() {
        long[] seeds = {5, 0, -3, 1L << 40, 2};
        Sweep sweep = Sweep.ofSeeds(shuffled().build(), seeds);
        assertEquals(2, sweep.sideBySide());
        List<SweepRun<float[]>> runs = sweep.run((number, trainer) -> {
            assertEquals(seeds[number], trainer.settings().seed());
            trainer.fit(data);
            return trainer.parameters().values();
        });
        assertEquals(seeds.length, runs.size());
        for (int i = 0; i < seeds.length; i++) {
            assertEquals(seeds[i], runs.get(i).settings().seed());
            float[] expected = alone(shuffled().seed(seeds[i]).build(), data);
            assertArrayEquals(expected, runs.get(i).result().orElseThrow(), "seed " + seeds[i]);
        }
    }

    @Test
    void picturesAreDeformedForEachAsAlone() {
        TrainingSettings settings = TrainingSettings.builder(784, 9, 10)
                .batchSize(32)
                .epochs(2)
                .deformation(Deformation.STRONG)
                .device(Device.cpu())
                .threads(3)
                .build();
        try (TrainingData digits = TrainingData.of(Mnist.train().limit(130))) {
            List<SweepRun<float[]>> runs = Sweep.ofSeeds(settings, 1, 2, 3).run((number, trainer) -> {
                trainer.fit(digits);
                return trainer.parameters().values();
            });
            for (SweepRun<float[]> run : runs) {
                TrainingSettings same =
                        settings.toBuilder().seed(run.settings().seed()).build();
                assertArrayEquals(alone(same, digits), run.result().orElseThrow());
            }
        }
    }

    @Test
    void othersSettingsAreTriedOnTheSameData() {
        List<TrainingSettings> tried = List.of(
                shuffled().epochs(1).build(),
                shuffled().layers(Toy.FEATURES, 5, Toy.CLASSES).build(),
                shuffled().optimizer(new Sgd(0.1)).build());
        List<SweepRun<TrainingResult>> runs = Sweep.of(tried).fit(data);
        for (int i = 0; i < tried.size(); i++) {
            TrainingResult result = runs.get(i).result().orElseThrow();
            assertEquals(tried.get(i).layers(), runs.get(i).settings().layers());
            assertEquals(tried.get(i).epochs(), result.epochs().size());
            try (Trainer trainer = Trainer.create(tried.get(i))) {
                assertEquals(
                        trainer.fit(data).lastEpoch().evaluation(),
                        result.lastEpoch().evaluation());
            }
        }
    }

    /** They meet in the middle, which they could not one after the other. */
    @Test
    void asManyAsThereAreThreadsRunAtOnce() {
        CyclicBarrier meeting = new CyclicBarrier(3);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        List<SweepRun<Integer>> runs = Sweep.ofSeeds(Toy.settings().threads(3).build(), 0, 1, 2, 3, 4, 5)
                .run((number, trainer) -> {
                    threads.add(Thread.currentThread());
                    return meeting.await();
                });
        assertTrue(runs.stream().allMatch(run -> run.result().isPresent()), runs.toString());
        assertEquals(3, threads.size());
    }

    @Test
    void threadsAreShared() {
        Sweep few = Sweep.ofSeeds(Toy.settings().threads(5).build(), 0, 1);
        assertEquals(2, few.sideBySide());
        assertEquals(
                List.of(2, 2),
                few.settings().stream().map(TrainingSettings::threads).toList());
        Sweep many = Sweep.ofSeeds(
                Toy.settings().threads(0).build(), LongStream.range(0, 2000).toArray());
        assertEquals(MnistRuntime.cpu().cores(), many.sideBySide());
        assertEquals(1, many.settings().get(1999).threads());
        Sweep mixed = Sweep.of(List.of(
                Toy.settings().threads(1).build(), Toy.settings().threads(4).build()));
        assertEquals(2, mixed.sideBySide());
        assertEquals(2, mixed.settings().get(0).threads());
        assertThrows(IllegalArgumentException.class, () -> Sweep.of(List.of()));
        assertThrows(
                IllegalArgumentException.class,
                () -> Sweep.ofSeeds(Toy.settings().build()));
    }

    @Test
    void onAGpuThereIsOneAtATime() {
        TrainingSettings gpu =
                Toy.settings().device(Device.parse("cuda")).threads(4).build();
        assertEquals(1, Sweep.ofSeeds(gpu, 0, 1, 2).sideBySide());
        assertEquals(4, Sweep.ofSeeds(gpu, 0, 1, 2).settings().get(0).threads());
    }

    @Test
    void aRunThatFailsLeavesTheOthersAlone() {
        IOException failure = new IOException("disk");
        List<SweepRun<TrainingResult>> runs = Sweep.ofSeeds(shuffled().build(), 0, 1, 2, 3)
                .run((number, trainer) -> {
                    if (number == 1) {
                        throw failure;
                    }
                    return trainer.fit(data);
                });
        assertSame(failure, runs.get(1).failure().orElseThrow());
        assertTrue(runs.get(1).result().isEmpty());
        for (int i : new int[] {0, 2, 3}) {
            assertEquals(
                    StopReason.COMPLETED, runs.get(i).result().orElseThrow().reason());
            assertEquals(Optional.empty(), runs.get(i).failure());
        }
    }

    @Test
    void aTrainerThatCannotBeMadeIsItsRunsFailure() {
        List<TrainingSettings> settings =
                List.of(shuffled().isa("none").build(), shuffled().build());
        List<SweepRun<TrainingResult>> runs = Sweep.of(settings).fit(data);
        assertTrue(runs.get(0).failure().orElseThrow().getMessage().contains("none"));
        assertTrue(runs.get(1).result().isPresent());
    }

    @Test
    void anErrorEndsAllOfThem() {
        AtomicInteger begun = new AtomicInteger();
        Sweep sweep = Sweep.ofSeeds(shuffled().epochs(1_000_000).build(), 0, 1, 2, 3);
        OutOfMemoryError error = new OutOfMemoryError("a test");
        assertSame(
                error,
                assertThrows(
                        OutOfMemoryError.class,
                        () -> sweep.run((number, trainer) -> {
                            begun.incrementAndGet();
                            if (number == 1) {
                                throw error;
                            }
                            return trainer.fit(data);
                        })));
        assertEquals(2, begun.get());
    }

    @Test
    void cancellingEndsThoseUnderWayAndBeginsNoOther() {
        Sweep sweep = Sweep.ofSeeds(shuffled().epochs(1_000_000).build(), 0, 1, 2, 3);
        CountDownLatch cancelled = new CountDownLatch(1);
        List<SweepRun<TrainingResult>> runs = sweep.run((number, trainer) -> {
            if (number == 0) { // its fit has not begun yet
                sweep.cancel();
                cancelled.countDown();
                return trainer.fit(data);
            }
            TrainingResult result = trainer.fit(data);
            cancelled.await();
            return result;
        });
        assertEquals(StopReason.INTERRUPTED, runs.get(0).result().orElseThrow().reason());
        for (SweepRun<TrainingResult> run : runs.subList(2, 4)) {
            assertEquals(Optional.empty(), run.result());
            assertEquals(Optional.empty(), run.failure());
        }
        assertTrue(sweep.run((number, trainer) -> 1).stream()
                .allMatch(run -> run.result().isEmpty()));
    }

    @Test
    void anInterruptedCallerCancelsAndStaysInterrupted() {
        Thread.currentThread().interrupt();
        List<SweepRun<TrainingResult>> runs =
                Sweep.ofSeeds(shuffled().epochs(1_000_000).build(), 0, 1, 2).fit(data);
        assertTrue(Thread.interrupted());
        assertTrue(runs.stream()
                .allMatch(run -> run.result()
                        .map(TrainingResult::reason)
                        .filter(reason -> reason != StopReason.INTERRUPTED)
                        .isEmpty()));
    }
}
