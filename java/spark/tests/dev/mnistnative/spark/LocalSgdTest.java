package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.TrainingData;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Checkpoints;
import dev.mnistnative.train.ReplicaState;
import dev.mnistnative.train.Replicas;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** Several shards that learn together: the same bits on any number of workers. */
class LocalSgdTest {
    private static final long SEED_STEP = 0x9e3779b97f4a7c15L;

    private final Dataset<Row> rows = Sessions.clouds(301, 20, 3); // 301 = 4 · 75 + 1: shards of unequal rows

    static MnistNativeClassifier learner() {
        return new MnistNativeClassifier()
                .setHiddenLayers(8)
                .setDropout(0.1)
                .setBatchSize(10)
                .setStepSize(0.004)
                .setMaxIter(3)
                .setSyncSteps(3)
                .setSeed(5);
    }

    @Test
    void fourShardsGiveTheSameBitsOnOneWorkerAndOnTwo() {
        Vector one = learner().setNumShards(4).fit(rows).weights();
        assertEquals(one, learner().setNumShards(4).setNumWorkers(2).fit(rows).weights());
        assertEquals(
                one,
                learner().setNumShards(4).setNumWorkers(2).fit(rows.coalesce(1)).weights(),
                "one order");
        assertNotEquals(
                one, learner().setNumShards(2).setNumWorkers(2).fit(rows).weights());
        assertNotEquals(one, learner().setNumShards(4).setSyncSteps(2).fit(rows).weights());
        assertNotEquals(
                one,
                learner().setNumShards(4).setScaleLearningRate(false).fit(rows).weights());
    }

    @Test
    void twoShardsAreTwoTrainersOfTheLibraryThatAreAveraged() throws Exception {
        List<Row> all = Sessions.clouds(100, 21);
        MnistNativeClassificationModel model =
                learner().setNumWorkers(2).setStepSize(0.001).fit(Sessions.of(Sessions.LABELLED, all, 2));
        FloatBuffer[] states = new FloatBuffer[2];
        CyclicBarrier barrier = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<float[]>> ends = new ArrayList<>();
        for (int shard = 0; shard < 2; shard++) {
            int mine = shard;
            ends.add(threads.submit(() -> plain(all, mine, states, barrier)));
        }
        threads.shutdown();
        assertArrayEquals(ends.get(0).get(), Sessions.floats(model.weights()));
        assertArrayEquals(ends.get(1).get(), Sessions.floats(model.weights()));
    }

    /** 301 rows are 76 a shard, and 8 steps an epoch. */
    @Test
    void aRateThatIsMultipliedIsEasedIn() {
        MnistNativeClassifier four = learner().setNumShards(4);
        assertFalse(four.isDefined(four.warmupSteps()));
        Vector byDefault = four.fit(rows).weights();
        assertEquals(
                byDefault, learner().setNumShards(4).setWarmupSteps(2).fit(rows).weights(), "a tenth of 24");
        assertNotEquals(
                byDefault, learner().setNumShards(4).setWarmupSteps(0).fit(rows).weights());
        assertEquals(
                four.setMaxIter(12).fit(rows).weights(),
                learner()
                        .setNumShards(4)
                        .setMaxIter(12)
                        .setWarmupSteps(8)
                        .fit(rows)
                        .weights(),
                "an epoch");
        MnistNativeClassifier asItIs = learner().setNumShards(4).setScaleLearningRate(false);
        assertEquals(
                asItIs.fit(rows).weights(), asItIs.setWarmupSteps(0).fit(rows).weights());
        assertEquals(
                learner().fit(rows).weights(),
                learner().setWarmupSteps(0).fit(rows).weights(),
                "one shard");
    }

    private static float[] plain(List<Row> all, int shard, FloatBuffer[] states, CyclicBarrier barrier) {
        TrainingSettings settings = TrainingSettings.builder(4, 8, 3)
                .dropout(0.1)
                .batchSize(10)
                .dropLast(false)
                .shuffle(true)
                .epochs(3)
                .optimizer(new Adam(0.001 * 2))
                .warmupSteps(1) // a tenth of 15
                .seed(5 + shard * SEED_STEP)
                .threads(1)
                .build();
        Replicas mean = new Replicas() {
            @Override
            public int everySteps() {
                return 3;
            }

            @Override
            public void average(ReplicaState state) {
                states[shard] = state.values();
                await(barrier);
                float[] sum = new float[state.values().limit()];
                for (int i = 0; i < sum.length; i++) {
                    sum[i] = (states[0].get(i) + states[1].get(i)) * 0.5f;
                }
                await(barrier);
                state.values().put(sum);
            }
        };
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.setParameters(dev.mnistnative.net.Parameters.initial(settings.layers(), 5));
            trainer.fit(TrainingData.of(shardOf(all, shard)), Checkpoints.NONE, mean);
            return trainer.parameters().values();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static dev.mnistnative.data.Dataset shardOf(List<Row> all, int shard) {
        float[] values = new float[all.size() / 2 * 4];
        int[] labels = new int[all.size() / 2];
        for (int i = 0; i < labels.length; i++) {
            System.arraycopy(Sessions.floats(all.get(2 * i + shard).getAs(0)), 0, values, 4 * i, 4);
            labels[i] = (int) all.get(2 * i + shard).getDouble(1);
        }
        return dev.mnistnative.data.Dataset.ofFloats(values, 4, labels);
    }

    @Test
    void allShardsStopEarlyTogether() {
        Dataset<Row> marked = rows.withColumn("held", functions.expr("(monotonically_increasing_id() % 4) = 1"));
        MnistNativeClassifier learner = learner()
                .setStepSize(0.05)
                .setMaxIter(60)
                .setValidationIndicatorCol("held")
                .setEarlyStopping(2)
                .setNumShards(2);
        MnistNativeClassificationModel one = learner.fit(marked);
        MnistNativeClassificationModel two =
                learner.copy(ParamMap.empty()).setNumWorkers(2).fit(marked);
        assertEquals(one.weights(), two.weights());
        assertEquals("EARLY_STOPPING", two.summary().orElseThrow().stopReason());
        assertArrayEquals(
                one.summary().orElseThrow().validationLossHistory(),
                two.summary().orElseThrow().validationLossHistory());
    }

    private static String refusal(MnistNativeClassifier classifier, Dataset<Row> data) {
        return assertThrows(IllegalArgumentException.class, () -> classifier.fit(data))
                .getMessage();
    }

    @Test
    void whatOneShardRefusesEndsTheFitOnce() {
        String diverged = refusal(
                learner().setOptimizer("sgd").setStepSize(1e30).setNumShards(4).setNumWorkers(2), rows);
        assertTrue(diverged.matches("training diverged on shard [0-3] of 4: epoch 1, step \\d+: .*"), diverged);
        List<Row> odd = new ArrayList<>(Sessions.clouds(40, 22));
        odd.set(7, RowFactory.create(org.apache.spark.ml.linalg.Vectors.dense(1, 2, Double.NaN, 4), 0.0));
        String message = refusal(learner().setNumWorkers(2), Sessions.of(Sessions.LABELLED, odd, 2));
        assertTrue(message.contains("NaN"), message);
    }

    @Test
    void numbersThatDoNotFitAreToldAtOnce() {
        assertTrue(refusal(learner().setNumShards(3).setNumWorkers(2), rows).contains("numShards is 3"));
        assertTrue(refusal(learner().setNumShards(400), rows).contains("301 rows to train on for 400 shards"));
        String message = assertThrows(
                        IllegalStateException.class,
                        () -> learner().setNumWorkers(3).fit(rows))
                .getMessage();
        assertTrue(message.startsWith("numWorkers is 3, but the cluster can run 2 tasks at the same time"), message);
    }

    @Test
    void searchesRunSeveralFitsOfSeveralWorkersSideBySide() {
        MnistNativeClassifier learner = learner().setNumWorkers(2);
        CrossValidator search = new CrossValidator()
                .setEstimator(learner)
                .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("logLoss"))
                .setEstimatorParamMaps(new ParamGridBuilder()
                        .addGrid(learner.batchSize(), new int[] {10, 40})
                        .build())
                .setNumFolds(2)
                .setSeed(9);
        double[] apart = search.fit(rows).avgMetrics();
        assertEquals(2, apart.length);
        assertArrayEquals(apart, search.setParallelism(2).fit(rows).avgMetrics());
    }

    @Test
    void weightedShardsOfUnequalRowsAgreeToo() {
        Dataset<Row> weighted =
                rows.withColumn("weight", functions.col("label").plus(0.5).cast(DataTypes.FloatType));
        MnistNativeClassifier learner = learner().setWeightCol("weight").setNumShards(6);
        assertEquals(
                learner.fit(weighted).weights(),
                learner.copy(ParamMap.empty()).setNumWorkers(2).fit(weighted).weights());
    }
}
