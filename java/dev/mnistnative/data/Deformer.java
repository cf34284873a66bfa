package dev.mnistnative.data;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.binding.NativeLibrary;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Deforms the pictures of a data set anew for every epoch, on threads of its own. What becomes of a picture is a
 * function of the deformation, the seed, the epoch and the picture's number: the same bits for any number of threads,
 * on every machine, for a part of the data set as for the whole.
 *
 * <p>Bytes stay bytes, rounded. One thread at a time may use it.
 */
public final class Deformer implements AutoCloseable {
    /** Keeps what is drawn here apart from the orders of the epochs under the same seed. */
    private static final long STREAM = 0x4445464f524dL;

    private static final long FIELD_STREAM = 0x4649454c44L;

    /** Pixels that a thread takes at once: some tenths of a millisecond. */
    private static final int PIXELS_AT_ONCE = 1 << 16;

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final Samples source;
    private final Deformation deformation;
    private final long seed;
    private final int threads;
    private final ImageLayout image;
    private final ExecutorService pool;
    private final List<Thread> workers = new CopyOnWriteArrayList<>();
    private volatile boolean closed;
    private int fieldsOf = -1; // the epoch
    private ElasticFields fields;

    /**
     * Checks the shape of the samples.
     *
     * @param threads 0 = as many as there are cores
     * @throws IllegalArgumentException if the samples are no pictures: {@link #requirePictures}
     */
    public Deformer(Dataset source, Deformation deformation, long seed, int threads) {
        Objects.requireNonNull(deformation, "deformation");
        this.image = ImageLayout.of(source.sampleShape());
        this.source = source.samples();
        this.deformation = deformation;
        this.seed = seed;
        this.threads = threads > 0 ? threads : MnistRuntime.cpu().cores();
        this.pool = Executors.newFixedThreadPool(this.threads, work -> {
            Thread thread = new Thread(work, "mnist-native-deformer-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            workers.add(thread);
            return thread;
        });
    }

    /**
     * Whether samples of this shape can be deformed: [height, width], [channels, height, width] or [height, width,
     * channels] with up to 4 channels.
     *
     * @throws IllegalArgumentException that says what is needed
     */
    public static void requirePictures(int... sampleShape) {
        ImageLayout.of(sampleShape);
    }

    /** Whether the machine has room for two deformed copies of the data set, with as much again left for all else. */
    public boolean fitsTwice() {
        return NativeLibrary.availableMemory() / 4 >= source.pixels().bytes();
    }

    /**
     * All samples as they are in an epoch, in new memory.
     *
     * @param epoch from 0
     */
    public Dataset deformed(int epoch) {
        Copy copy = whole();
        fill(copy, epoch).join();
        return copy.first(source.size());
    }

    /** A place for the whole data set, to be filled. */
    public Copy whole() {
        return new Copy(new Samples(source.layout(), room(source.size()), source.taught()));
    }

    /** A place for so many samples and what is to be learnt of each, to be filled. */
    public Copy part(int samples) {
        return new Copy(
                new Samples(source.layout(), room(samples), source.taught().room(samples)));
    }

    private SampleMemory room(int samples) {
        return SampleMemory.allocate(samples, source.layout().sampleBytes(), "deformed samples");
    }

    /** A place for deformed samples, which is filled again and again. */
    public static final class Copy {
        private final Samples samples;

        private Copy(Samples samples) {
            this.samples = samples;
        }

        /** The first samples of what was filled in last; they change when the place is filled again. */
        public Dataset first(int count) {
            return new Dataset(samples.first(count));
        }
    }

    /**
     * Begins to fill a place with all samples as they are in an epoch.
     *
     * @param epoch from 0
     */
    public CompletableFuture<Void> fill(Copy to, int epoch) {
        return fill(to, epoch, null, source.size());
    }

    /**
     * Begins to fill a place with the samples of these indices, from its position to its limit, and their labels.
     *
     * @param indices not to be changed until it is filled
     */
    public CompletableFuture<Void> fill(Copy to, int epoch, IntBuffer indices) {
        IntBuffer numbers = indices.slice();
        return fill(to, epoch, numbers, numbers.remaining());
    }

    private CompletableFuture<Void> fill(Copy to, int epoch, IntBuffer indices, int count) {
        if (fieldsOf != epoch && deformation.isElastic()) {
            long fieldSeed = SplitMix64.stream(seed ^ FIELD_STREAM, epoch).next();
            fields = new ElasticFields(image, deformation, ImageWarp.fraction(image, deformation), fieldSeed);
            fieldsOf = epoch;
        }
        Filling filling = new Filling(
                to.samples,
                indices,
                count,
                fields,
                SplitMix64.stream(seed ^ STREAM, epoch).next());
        CompletableFuture<?>[] parts = new CompletableFuture<?>[threads];
        for (int i = 0; i < threads; i++) {
            parts[i] = CompletableFuture.runAsync(filling, pool);
        }
        return CompletableFuture.allOf(parts);
    }

    /** What the threads share that fill a place: each takes the next samples until there are none. */
    private final class Filling implements Runnable {
        private final Samples to;
        private final IntBuffer indices; // null: all in file order
        private final int count;
        private final ElasticFields elastic;
        private final long epochSeed;
        private final AtomicInteger next = new AtomicInteger();

        Filling(Samples to, IntBuffer indices, int count, ElasticFields elastic, long epochSeed) {
            this.to = to;
            this.indices = indices;
            this.count = count;
            this.elastic = elastic;
            this.epochSeed = epochSeed;
        }

        @Override
        public void run() {
            ImageWarp warp = new ImageWarp(image, deformation, source.layout().type());
            int atOnce = Math.max(1, PIXELS_AT_ONCE / image.pixels());
            for (int first = next.getAndAdd(atOnce); first < count; first = next.getAndAdd(atOnce)) {
                if (closed) {
                    throw new CancellationException("the deformer is closed");
                }
                for (int i = first; i < Math.min(count, first + atOnce); i++) {
                    int number = indices == null ? i : indices.get(i);
                    warp.draw(SplitMix64.stream(epochSeed, number), elastic);
                    warp.copy(source.pixels(), number, to.pixels(), i);
                    if (indices != null) {
                        to.taught().copy(i, source.taught(), number);
                    }
                }
            }
        }
    }

    /** Ends its threads, also where they have not filled all; then no place changes any more. */
    @Override
    public void close() {
        closed = true;
        pool.shutdown();
        boolean interrupted = false;
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                try {
                    worker.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
