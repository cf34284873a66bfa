package dev.mnistnative.reliability;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Eight threads that create, train, predict, close and cancel at random, on objects of their own and on shared ones: a
 * result is right or refused with an {@link IllegalStateException}, and nothing is left.
 */
@Timeout(600)
class StressTest {
    private static final int THREADS = 8;
    private static final int SECONDS = Effort.of(3, 60);
    private static final int SEEDS = 3;
    private static final List<String> ACTIONS =
            List.of("trained", "cancelled", "predicted", "replaced model", "shared trainer used", "refused");
    private static final int REFUSED = 5;

    private final Dataset data = Problem.data(100);
    private final List<Parameters> expected = new ArrayList<>();
    private final List<float[]> expectedLogits = new ArrayList<>();
    private final AtomicReference<Shared> shared = new AtomicReference<>();
    private final AtomicReference<Trainer> sharedTrainer = new AtomicReference<>();
    private final AtomicIntegerArray counts = new AtomicIntegerArray(ACTIONS.size());

    /** A model and the seed it was trained with. */
    private record Shared(Model model, int seed) {}

    private static TrainingSettings settings(int seed) {
        return Problem.settings(33, 17).seed(seed).build();
    }

    @Test
    void everyResultIsRightOrRefused() throws Exception {
        long before = MnistRuntime.nativeBytes();
        for (int seed = 0; seed < SEEDS; seed++) {
            try (Trainer trainer = Trainer.create(settings(seed))) {
                trainer.fit(data);
                expected.add(trainer.parameters());
                try (Model model = trainer.model()) {
                    expectedLogits.add(model.logits(data.sample(0)));
                }
            }
        }
        shared.set(new Shared(Model.of(expected.get(0)), 0));
        sharedTrainer.set(Trainer.create(settings(0)));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(t);
            all.add(threads.submit(() -> actUntil(end, random)));
        }
        threads.shutdown();
        for (Future<?> each : all) {
            each.get(SECONDS + 120, TimeUnit.SECONDS);
        }
        shared.get().model().close();
        sharedTrainer.get().close();
        report();
        assertEquals(before, MnistRuntime.nativeBytes());
        for (int action = 0; action < REFUSED; action++) {
            assertTrue(counts.get(action) > 0, "never " + ACTIONS.get(action));
        }
    }

    private void report() {
        StringBuilder text = new StringBuilder(THREADS + " threads for " + SECONDS + " s:");
        for (int action = 0; action < ACTIONS.size(); action++) {
            text.append(action == 0 ? " " : ", ").append(counts.get(action)).append(" times ");
            text.append(ACTIONS.get(action));
        }
        Effort.report(text.toString());
    }

    private void actUntil(long end, Random random) {
        while (System.nanoTime() < end) {
            int action = random.nextInt(REFUSED);
            try {
                act(action, random);
                counts.incrementAndGet(action);
            } catch (IllegalStateException refused) {
                counts.incrementAndGet(REFUSED);
            }
        }
    }

    private void act(int action, Random random) {
        int seed = random.nextInt(SEEDS);
        switch (action) {
            case 0 -> train(seed);
            case 1 -> cancel(seed, random.nextInt(20));
            case 2 -> predict();
            case 3 -> replaceModel(seed);
            default -> useSharedTrainer(random);
        }
    }

    private void train(int seed) {
        try (Trainer trainer = Trainer.create(settings(seed))) {
            assertEquals(StopReason.COMPLETED, trainer.fit(data, data).reason());
            assertEquals(expected.get(seed), trainer.parameters());
        }
    }

    private void cancel(int seed, int millis) {
        TrainingSettings endless = settings(seed).toBuilder().epochs(1_000_000).build();
        try (Trainer trainer = Trainer.create(endless)) {
            Thread canceller = new Thread(() -> {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (!Thread.currentThread().isInterrupted() && System.nanoTime() < end) {
                    try {
                        Thread.sleep(millis);
                    } catch (InterruptedException e) {
                        return;
                    }
                    trainer.cancel(); // again and again: fit forgets what came before it
                }
            });
            canceller.start();
            assertEquals(StopReason.INTERRUPTED, trainer.fit(data).reason());
            canceller.interrupt();
        }
    }

    private void predict() {
        Shared present = shared.get();
        assertArrayEquals(expectedLogits.get(present.seed()), present.model().logits(data.sample(0)));
    }

    private void replaceModel(int seed) {
        Shared old = shared.getAndSet(new Shared(Model.of(expected.get(seed)), seed));
        while (true) {
            try {
                old.model().close();
                return;
            } catch (IllegalStateException inUse) {
                counts.incrementAndGet(REFUSED);
                Thread.onSpinWait();
            }
        }
    }

    private void useSharedTrainer(Random random) {
        Trainer trainer = sharedTrainer.get();
        switch (random.nextInt(4)) {
            case 0 -> trainer.fit(data);
            case 1 -> trainer.parameters();
            case 2 -> trainer.cancel();
            default -> {
                trainer.close();
                Trainer next = Trainer.create(settings(0));
                if (!sharedTrainer.compareAndSet(trainer, next)) {
                    next.close();
                }
            }
        }
    }
}
