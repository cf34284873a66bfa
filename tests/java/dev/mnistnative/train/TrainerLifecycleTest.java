package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Parameters;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TrainerLifecycleTest {
    private static final int ENDLESS = 1_000_000;

    private final Dataset data = Toy.data(200, 1);
    private final ExecutorService other = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        other.shutdownNow();
    }

    /** Tells when the first chunk is done, and lets the run go on. */
    private static TrainingListener counting(CountDownLatch started) {
        return new TrainingListener() {
            @Override
            public void onSteps(StepsDone report) {
                started.countDown();
            }
        };
    }

    @Test
    void useAfterCloseFailsFast() {
        Trainer trainer = Trainer.create(Toy.settings().build());
        trainer.fit(data);
        assertTrue(trainer.nativeBytes() > 0);
        trainer.close();
        trainer.close();
        trainer.cancel();
        assertEquals(0, trainer.nativeBytes());
        for (Runnable use :
                new Runnable[] {() -> trainer.fit(data), trainer::parameters, trainer::model, trainer::describe}) {
            assertEquals(
                    "trainer is closed",
                    assertThrows(IllegalStateException.class, use::run).getMessage());
        }
    }

    @Test
    void cancelFromAnotherThreadEndsTheRun() throws Exception {
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(ENDLESS).build())) {
            CountDownLatch started = new CountDownLatch(1);
            Future<TrainingResult> run = other.submit(() -> trainer.fit(data, counting(started)));
            assertTrue(started.await(60, TimeUnit.SECONDS));
            trainer.cancel();
            TrainingResult result = run.get(60, TimeUnit.SECONDS);
            assertEquals(StopReason.INTERRUPTED, result.reason());
            assertTrue(result.message().contains("interrupted"), result.message());
            assertEquals(
                    StopReason.COMPLETED,
                    Trainer.create(Toy.settings().build()).fit(data).reason());
        }
    }

    @Test
    void theNextFitDoesNotSeeAnOldCancel() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            trainer.cancel();
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
        }
    }

    @Test
    void anInterruptedThreadEndsTheRunAndStaysInterrupted() {
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(ENDLESS).build())) {
            Thread.currentThread().interrupt();
            assertEquals(StopReason.INTERRUPTED, trainer.fit(data).reason());
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void duringARunOtherThreadsAreRefusedAndCloseIsNoCrash() throws Exception {
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(ENDLESS).build())) {
            CountDownLatch started = new CountDownLatch(1);
            Future<TrainingResult> run = other.submit(() -> trainer.fit(data, counting(started)));
            assertTrue(started.await(60, TimeUnit.SECONDS));
            for (int i = 0; i < 1000; i++) {
                assertTrue(assertThrows(IllegalStateException.class, trainer::close)
                        .getMessage()
                        .contains("cannot close the trainer while thread"));
                assertTrue(assertThrows(IllegalStateException.class, trainer::parameters)
                        .getMessage()
                        .contains("cannot use the trainer while thread"));
                assertTrue(trainer.nativeBytes() > 0);
            }
            trainer.cancel();
            run.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void listenersMayReadButNeitherCloseNorFit() {
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(3).build())) {
            Parameters before = trainer.parameters();
            Parameters[] seen = new Parameters[1];
            trainer.fit(data, new TrainingListener() {
                @Override
                public void onEpoch(EpochEnded report) {
                    seen[0] = trainer.parameters();
                    assertTrue(assertThrows(IllegalStateException.class, trainer::close)
                            .getMessage()
                            .contains("inside its own call"));
                    assertTrue(assertThrows(IllegalStateException.class, () -> trainer.fit(data))
                            .getMessage()
                            .contains("under way"));
                }
            });
            assertEquals(trainer.parameters(), seen[0]);
            assertTrue(!before.equals(seen[0]));
        }
    }

    @Test
    void cancelDuringTheLastEvaluationIsAnInterruption() {
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(1).build())) {
            TrainingResult result = trainer.fit(data, data, new TrainingListener() {
                @Override
                public void onSteps(StepsDone report) {
                    if (report.position().step() == report.position().stepsPerEpoch()) {
                        trainer.cancel();
                    }
                }
            });
            assertEquals(StopReason.INTERRUPTED, result.reason());
            assertTrue(result.message().contains("evaluation"), result.message());
            assertTrue(result.lastEpoch().evaluation().isEmpty());
        }
    }

    @Test
    void aListenersExceptionComesOutAndTheTrainerStaysUsable() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            IllegalStateException thrown = new IllegalStateException("from the listener");
            IllegalStateException caught = assertThrows(
                    IllegalStateException.class,
                    () -> trainer.fit(data, new TrainingListener() {
                        @Override
                        public void onSteps(StepsDone report) {
                            throw thrown;
                        }
                    }));
            assertSame(thrown, caught);
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
        }
    }

    @Test
    void aForgottenTrainerIsFreed() throws Exception {
        long before = settledBytes();
        forget();
        assertTrue(MnistRuntime.nativeBytes() > before);
        for (int i = 0; i < 200 && MnistRuntime.nativeBytes() > before; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertTrue(MnistRuntime.nativeBytes() <= before);
    }

    /** Bytes held once what earlier tests forgot is gone. */
    private static long settledBytes() throws InterruptedException {
        long bytes = Long.MAX_VALUE;
        for (int same = 0; same < 5; same = MnistRuntime.nativeBytes() == bytes ? same + 1 : 0) {
            bytes = MnistRuntime.nativeBytes();
            System.gc();
            Thread.sleep(20);
        }
        return bytes;
    }

    @SuppressWarnings("resource")
    private void forget() {
        Trainer.create(Toy.settings().layers(7, 500, 3).build()).fit(data);
        Trainer.create(Toy.settings().layers(7, 500, 3).build()).model();
    }

    /** The data set's buffers live as long as the native side may read them, whoever closes or forgets the set. */
    @Test
    void closingTheDataSetDuringARunDoesNoHarm() {
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(50).build())) {
            Dataset closed = Toy.data(200, 1);
            TrainingResult result = trainer.fit(closed, new TrainingListener() {
                @Override
                public void onStart(TrainingStart start) {
                    closed.close();
                    System.gc();
                }
            });
            assertEquals(StopReason.COMPLETED, result.reason());
            assertThrows(IllegalStateException.class, () -> trainer.fit(closed));
        }
    }

    /** JavaCPP's deallocators count towards limits of its own and may end in System.gc(). */
    @Test
    void noJavaCppMemoryIsAllocated() {
        long count = Pointer.totalCount();
        for (int i = 0; i < 20; i++) {
            try (Trainer trainer = Trainer.create(Toy.settings()
                    .loss(CrossEntropyLoss.DEFAULT.withClassWeights(1, 1, 1))
                    .build())) {
                trainer.fit(data, data);
                trainer.model().close();
            }
        }
        MnistRuntime.describe();
        assertEquals(count, Pointer.totalCount());
    }

    @Test
    void everythingIsGivenBack() throws Exception {
        long before = settledBytes();
        for (int i = 0; i < 50; i++) {
            try (Trainer trainer = Trainer.create(Toy.settings().threads(2).build())) {
                trainer.fit(data, data);
            }
        }
        assertEquals(before, MnistRuntime.nativeBytes());
    }
}
