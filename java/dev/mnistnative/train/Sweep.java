package dev.mnistnative.train;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Independent runs side by side on one machine: the same settings under many seeds, or many settings that are tried.
 * Each has a trainer of its own on its share of the processor's threads, one as soon as there are as many runs as
 * threads, and all read the same data in memory. Threads change no bit of a run: it comes to what it comes to alone.
 *
 * <p>A run that fails leaves the others alone. On a GPU there is one run after the other.
 */
public final class Sweep {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final List<TrainingSettings> settings;
    private final int sideBySide;
    private volatile boolean cancelled;

    private Sweep(List<TrainingSettings> settings, int sideBySide) {
        this.settings = settings;
        this.sideBySide = sideBySide;
    }

    /** What a run does with its trainer, which is closed afterwards; on the run's own thread. */
    @FunctionalInterface
    public interface Work<T> {
        /** @param number of the run, from 0 */
        T run(int number, Trainer trainer) throws Exception;
    }

    /**
     * A run of each of these settings, begun in this order. All share the greatest number of threads that any of them
     * names, 0 being all cores.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Sweep of(List<TrainingSettings> settings) {
        if (settings.isEmpty()) {
            throw new IllegalArgumentException("a sweep needs the settings of one run at least");
        }
        int threads = settings.stream()
                .mapToInt(run -> run.threads() == 0 ? MnistRuntime.cpu().cores() : run.threads())
                .max()
                .getAsInt();
        int sideBySide = settings.stream().anyMatch(Sweep::mayUseGpu) ? 1 : Math.min(threads, settings.size());
        int each = threads / sideBySide;
        return new Sweep(settings.stream().map(run -> withThreads(run, each)).toList(), sideBySide);
    }

    /** A run of these settings under each seed. */
    public static Sweep ofSeeds(TrainingSettings settings, long... seeds) {
        return of(Arrays.stream(seeds)
                .mapToObj(seed -> settings.toBuilder().seed(seed).build())
                .toList());
    }

    private static boolean mayUseGpu(TrainingSettings settings) {
        Device.Kind kind = settings.device().kind();
        return kind == Device.Kind.CUDA
                || kind == Device.Kind.AUTO && !MnistRuntime.gpus().list().isEmpty();
    }

    private static TrainingSettings withThreads(TrainingSettings settings, int threads) {
        Placement where = settings.placement();
        return settings.toBuilder()
                .placement(new Placement(where.device(), where.precision(), threads, where.isa()))
                .build();
    }

    /** The settings of the runs, each with its share of the threads. */
    public List<TrainingSettings> settings() {
        return settings;
    }

    /** How many runs there are at once. */
    public int sideBySide() {
        return sideBySide;
    }

    /** Each run trains on the same data. */
    public List<SweepRun<TrainingResult>> fit(TrainingData data) {
        Objects.requireNonNull(data, "data");
        return run((number, trainer) -> trainer.fit(data));
    }

    /**
     * Does all runs and waits for them. If the calling thread is interrupted that cancels them, and it stays
     * interrupted.
     *
     * @param work called by several threads at once, for a run each
     * @return the runs in the order of their settings
     * @throws Error that ended a run, and with it the sweep: memory ran out, say
     */
    public <T> List<SweepRun<T>> run(Work<T> work) {
        Objects.requireNonNull(work, "work");
        List<SweepRun<T>> runs = Collections.synchronizedList(
                new ArrayList<>(settings.stream().map(SweepRun::<T>notBegun).toList()));
        List<Error> errors = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger next = new AtomicInteger();
        Runnable worker = () -> {
            try {
                for (int n = next.getAndIncrement(); n < settings.size() && !cancelled; n = next.getAndIncrement()) {
                    runs.set(n, run(n, work));
                }
            } catch (Error e) {
                errors.add(e);
                cancel();
            }
        };
        List<Thread> threads = IntStream.range(0, sideBySide)
                .mapToObj(i -> new Thread(worker, "mnist-native-sweep-" + THREADS.incrementAndGet()))
                .toList();
        try {
            threads.forEach(Thread::start);
        } catch (Error e) { // the system gives no more threads: those that have begun are waited for
            errors.add(e);
            cancel();
        }
        await(threads);
        if (!errors.isEmpty()) {
            throw errors.get(0);
        }
        return List.copyOf(runs);
    }

    private <T> SweepRun<T> run(int number, Work<T> work) {
        TrainingSettings mine = settings.get(number);
        try (Trainer trainer = Trainer.create(mine)) {
            trainer.ended = () -> cancelled;
            return new SweepRun<>(mine, Optional.of(work.run(number, trainer)), Optional.empty());
        } catch (Exception e) {
            return new SweepRun<>(mine, Optional.empty(), Optional.of(e));
        }
    }

    private void await(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                    cancel();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends the runs that are under way, as {@link Trainer#cancel} does, and begins no other, now or later. From any
     * thread.
     */
    public void cancel() {
        cancelled = true;
    }
}
