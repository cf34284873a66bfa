package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Checkpoints;
import dev.mnistnative.train.ReplicaState;
import dev.mnistnative.train.Replicas;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;

/**
 * How long an epoch of MNIST and an average take by workers in network namespaces of their own, one thread each, which
 * throttled.sh made: worker i is called at 10.77.0.(i + 1) and started by {@code ip netns exec mn-worker-i}. The first
 * process is the driver and worker 0. Arguments: workers, and what is told with the results.
 */
public final class Throttled {
    private static final int SYNC_STEPS = 32;
    private static final int BATCH = 320;
    private static final int EPOCHS = 12;
    private static final int WARM = 4; // epochs that are not counted
    private static final int SMALL = 200; // sums of a number a worker: the latency

    private Throttled() {}

    private static String host(int worker) {
        return "10.77.0." + (worker + 1);
    }

    public static void main(String[] arguments) throws Exception {
        int workers = Integer.parseInt(arguments[0]);
        if (arguments.length == 4) {
            run(Integer.parseInt(arguments[2]), workers, Integer.parseInt(arguments[3]), arguments[1]);
            return;
        }
        SparkConf conf = new SparkConf(false).set("spark.driver.host", host(0));
        try (Rendezvous door = Rendezvous.open(conf, new byte[PieceCipher.KEY_BYTES], workers)) {
            int port = door.address().port();
            List<Process> others = new ArrayList<>();
            for (int rank = 1; rank < workers; rank++) {
                String java = ProcessHandle.current().info().command().orElseThrow();
                others.add(new ProcessBuilder(
                                "ip", "netns", "exec", "mn-worker-" + rank,
                                java, "-cp", System.getProperty("java.class.path"),
                                Throttled.class.getName(), "" + workers, arguments[1], "" + rank, "" + port)
                        .inheritIO()
                        .start());
            }
            run(0, workers, port, arguments[1]);
            for (Process other : others) {
                other.waitFor();
            }
        }
    }

    /** What an average took, and when it ended. */
    private static final class Timed implements Replicas {
        private final Replicas replicas;
        private final List<Double> millis = new ArrayList<>();
        private final List<Long> ends = new ArrayList<>();

        private Timed(Replicas replicas) {
            this.replicas = replicas;
        }

        @Override
        public int everySteps() {
            return SYNC_STEPS;
        }

        @Override
        public void average(ReplicaState state) {
            long began = System.nanoTime();
            replicas.average(state);
            ends.add(System.nanoTime());
            millis.add((System.nanoTime() - began) / 1e6);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void run(int rank, int workers, int port, String told) throws Exception {
        byte[] key = new byte[PieceCipher.KEY_BYTES];
        Peers.Waiting waiting = new Peers.Waiting(120, () -> false);
        Rendezvous.Address door = new Rendezvous.Address(host(0), port);
        TrainingSettings settings = TrainingSettings.builder(784, 312, 256, 10)
                .batchSize(BATCH)
                .dropLast(false)
                .shuffle(true)
                .epochs(EPOCHS)
                .optimizer(new Adam(1e-3 * workers))
                .seed(rank + 1)
                .threads(1)
                .build();
        int[] rows = IntStream.range(0, 60_000)
                .filter(row -> row % workers == rank)
                .toArray();
        try (Dataset train = Mnist.train();
                Dataset part = train.select(rows);
                Trainer trainer = Trainer.create(settings);
                Peers peers = Peers.connect(
                        rank,
                        host(rank),
                        key,
                        0,
                        waiting,
                        word -> Rendezvous.meet(door, key, 0, rank, workers, word, waiting))) {
            trainer.setParameters(Parameters.initial(settings.layers(), 1));
            double latency = workers == 1 ? 0 : latency(peers, workers);
            Averaging averaging = workers == 1
                    ? null
                    : new Averaging(
                            (vectors, length) -> new StateSum(peers, null, 0, vectors, length),
                            1,
                            workers,
                            SYNC_STEPS,
                            3 * settings.layers().parameterCount());
            Timed timed = new Timed(averaging == null ? Replicas.NONE : averaging.replica(0));
            trainer.fit(TrainingData.of(part), Checkpoints.NONE, timed);
            if (rank == 0) {
                tell(workers, told, timed, latency, (rows.length + BATCH - 1) / BATCH);
            }
        }
    }

    private static double latency(Peers peers, int workers) throws Exception {
        StateSum small = new StateSum(peers, null, 0, 1, workers);
        double[] millis = new double[SMALL];
        for (int i = 0; i < SMALL; i++) {
            long began = System.nanoTime();
            small.sum(new FloatBuffer[] {FloatBuffer.allocate(workers)});
            millis[i] = (System.nanoTime() - began) / 1e6;
        }
        return median(millis);
    }

    private static void tell(int workers, String told, Timed timed, double latency, int steps) {
        int averages = timed.millis.size() / EPOCHS; // of an epoch
        double[] epochs = new double[EPOCHS - WARM];
        for (int i = 0; i < epochs.length; i++) {
            int last = (WARM + i + 1) * averages - 1;
            epochs[i] = (timed.ends.get(last) - timed.ends.get(last - averages)) / 1e6;
        }
        double[] each = timed.millis.stream()
                .skip((long) WARM * averages)
                .mapToDouble(Double::doubleValue)
                .toArray();
        System.out.printf(
                Locale.ROOT,
                "RESULT %d workers, %s: an epoch %.1f ms (%d steps of %.3f ms, %d averages of %.1f ms);"
                        + " a sum of %d numbers %.3f ms%n",
                workers,
                told,
                median(epochs),
                steps,
                (median(epochs) - averages * median(each)) / steps,
                averages,
                median(each),
                workers,
                latency);
    }
}
