package dev.mnistnative.spark;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Checkpoints;
import dev.mnistnative.train.Replicas;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Accuracy on MNIST's test set after 8 epochs of 784-312-256-10 by the shards that learn together, without Spark: the
 * bits are those of a fit with as many shards. Arguments: SHARDS:SYNCSTEPS:WARMUPSTEPS:STEPSIZE …, each for 3 seeds.
 */
public final class ShardAccuracy {
    private static final int SEEDS = 3;
    private static final long SEED_STEP = 0x9e3779b97f4a7c15L; // as TrainingPlan's

    private ShardAccuracy() {}

    public static void main(String[] arguments) throws Exception {
        try (Dataset train = Mnist.train();
                Dataset test = Mnist.test()) {
            for (String argument : arguments) {
                String[] parts = argument.split(":");
                int shards = Integer.parseInt(parts[0]);
                int syncSteps = Integer.parseInt(parts[1]);
                int warmup = Integer.parseInt(parts[2]);
                double rate = Double.parseDouble(parts[3]);
                double sum = 0;
                double squares = 0;
                for (int seed = 1; seed <= SEEDS; seed++) {
                    double percent = 100 * accuracy(train, test, shards, syncSteps, warmup, rate, seed);
                    sum += percent;
                    squares += percent * percent;
                }
                double mean = sum / SEEDS;
                System.out.printf(
                        Locale.ROOT,
                        "RESULT %d shards, syncSteps %d, warmupSteps %d, stepSize %s: %.2f ± %.2f%n",
                        shards,
                        syncSteps,
                        warmup,
                        rate,
                        mean,
                        Math.sqrt(Math.max(0, squares / SEEDS - mean * mean)));
            }
        }
    }

    private static double accuracy(
            Dataset train, Dataset test, int shards, int syncSteps, int warmup, double rate, long seed)
            throws Exception {
        Averaging averaging = shards == 1 ? null : new Averaging(null, shards, shards, syncSteps, 0);
        ExecutorService threads = Executors.newFixedThreadPool(shards);
        List<Future<Double>> ends = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            int shard = i;
            ends.add(threads.submit(() -> {
                int[] rows = IntStream.range(0, train.size())
                        .filter(row -> row % shards == shard)
                        .toArray();
                TrainingSettings settings = TrainingSettings.builder(784, 312, 256, 10)
                        .batchSize(320)
                        .dropLast(false)
                        .shuffle(true)
                        .epochs(8)
                        .optimizer(new Adam(rate))
                        .warmupSteps(warmup)
                        .seed(seed + shard * SEED_STEP)
                        .threads(1)
                        .build();
                try (Dataset part = train.select(rows);
                        Trainer trainer = Trainer.create(settings)) {
                    trainer.setParameters(Parameters.initial(settings.layers(), seed));
                    Replicas replicas = averaging == null ? Replicas.NONE : averaging.replica(shard);
                    trainer.fit(TrainingData.of(part), Checkpoints.NONE, replicas);
                    try (Model model = trainer.model()) {
                        return model.evaluate(test).accuracy();
                    }
                }
            }));
        }
        threads.shutdown();
        double last = 0;
        for (Future<Double> end : ends) {
            last = end.get();
        }
        return last;
    }
}
