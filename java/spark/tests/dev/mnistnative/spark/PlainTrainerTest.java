package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.LearningRateSchedule;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** One worker's bits are those of the library's trainer on the same rows. */
class PlainTrainerTest {
    private static MnistNativeClassifier learner() {
        return new MnistNativeClassifier()
                .setHiddenLayers(32, 16)
                .setActivation("gelu,tanh")
                .setDropout(0.2)
                .setInputDropout(0.1)
                .setBatchSize(70)
                .setMaxIter(3)
                .setStepSize(0.002)
                .setWarmupSteps(5)
                .setSchedule("step")
                .setScheduleEpochs(1)
                .setScheduleGamma(0.5)
                .setSeed(11);
    }

    private static TrainingSettings.Builder settings(int... sizes) {
        return TrainingSettings.builder(
                        Mlp.of(sizes).withActivations("gelu,tanh").withDropout(0.2, 0.1))
                .batchSize(70)
                .dropLast(false)
                .epochs(3)
                .shuffle(true)
                .optimizer(new Adam(0.002))
                .warmupSteps(5)
                .schedule(LearningRateSchedule.step(1, 0.5))
                .seed(11);
    }

    private static Dataset<Row> digits(dev.mnistnative.data.Dataset digits, int partitions) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < digits.size(); i++) {
            float[] sample = digits.sample(i);
            double[] wide = new double[sample.length];
            for (int f = 0; f < wide.length; f++) {
                wide[f] = sample[f];
            }
            rows.add(RowFactory.create(Vectors.dense(wide), (double) digits.label(i)));
        }
        return Sessions.of(Sessions.LABELLED, rows, partitions);
    }

    private static void assertWeights(float[] expected, Vector actual) {
        assertArrayEquals(expected, Sessions.floats(actual));
    }

    @Test
    void theBitsAreThePlainTrainersHoweverTheRowsAreCutAndCarried() {
        try (dev.mnistnative.data.Dataset train = Mnist.train().limit(1000);
                Trainer trainer = Trainer.create(settings(784, 32, 16, 10).build())) {
            trainer.fit(train);
            float[] expected = trainer.parameters().values();
            assertWeights(expected, learner().fit(digits(train, 1)).weights());
            Dataset<Row> rows = digits(train, 7);
            MnistNativeClassificationModel model = learner().fit(rows);
            assertWeights(expected, model.weights());
            Dataset<Row> sparse = Sessions.of(
                    Sessions.LABELLED,
                    rows.collectAsList().stream()
                            .map(row -> RowFactory.create(row.<Vector>getAs(0).toSparse(), row.get(1)))
                            .toList(),
                    3);
            assertTrue(sparse.first().get(0) instanceof SparseVector);
            assertWeights(expected, learner().fit(sparse).weights());
            Dataset<Row> arrays = rows.withColumn(
                    "features", org.apache.spark.ml.functions.vector_to_array(functions.col("features"), "float32"));
            assertWeights(expected, learner().fit(arrays).weights());
            assertEquals(
                    model.transform(rows).select("probability").collectAsList(),
                    model.transform(arrays).select("probability").collectAsList());
            float[] logits;
            try (dev.mnistnative.model.Model plain = trainer.model()) {
                logits = plain.outputs(train);
            }
            int at = 0;
            for (Row row : model.transform(rows).select("rawPrediction").collectAsList()) {
                for (float value : Sessions.floats(row.getAs(0))) {
                    assertEquals(logits[at++], value);
                }
            }
            assertEquals(logits.length, at);
        }
    }

    @Test
    void weightsAndValidationRowsMeanWhatTheyMeanInTheLibrary() {
        List<Row> rows = new ArrayList<>();
        List<Row> training = new ArrayList<>();
        List<Row> validation = new ArrayList<>();
        List<Row> labelled = Sessions.clouds(400, 8);
        for (int i = 0; i < labelled.size(); i++) {
            Row row = labelled.get(i);
            boolean held = i % 5 == 3;
            rows.add(RowFactory.create(row.get(0), row.get(1), 0.25 * (i % 4), held));
            (held ? validation : training).add(rows.get(i));
        }
        StructType schema =
                Sessions.LABELLED.add("weight", DataTypes.DoubleType).add("held", DataTypes.BooleanType);
        MnistNativeClassificationModel model = learner()
                .setMaxIter(40)
                .setBatchSize(32)
                .setStepSize(0.05)
                .setSchedule("constant")
                .setEarlyStopping(2)
                .setWeightCol("weight")
                .setValidationIndicatorCol("held")
                .fit(Sessions.of(schema, rows, 3));
        TrainingSettings settings = settings(4, 32, 16, 3)
                .epochs(40)
                .batchSize(32)
                .optimizer(new Adam(0.05))
                .schedule(LearningRateSchedule.constant())
                .earlyStopping(2)
                .build();
        try (TrainingData data = TrainingData.withValidation(plain(training), plain(validation));
                Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(data);
            assertWeights(trainer.parameters().values(), model.weights());
            TrainingSummary summary = model.summary().orElseThrow();
            assertEquals(result.reason().toString(), summary.stopReason());
            assertEquals("EARLY_STOPPING", summary.stopReason());
            assertEquals(result.epochs().size(), summary.totalIterations());
            assertEquals(result.best().orElseThrow().epoch(), summary.modelEpoch());
            assertEquals(
                    result.best().orElseThrow().evaluation().loss(),
                    summary.validationLossHistory()[summary.modelEpoch() - 1]);
            assertEquals(
                    result.best().orElseThrow().evaluation().accuracy(),
                    summary.validationAccuracyHistory()[summary.modelEpoch() - 1]);
            assertEquals(result.epochs().get(0).training().objective(), summary.objectiveHistory()[0]);
        }
    }

    private static dev.mnistnative.data.Dataset plain(List<Row> rows) {
        float[] values = new float[rows.size() * 4];
        int[] labels = new int[rows.size()];
        float[] weights = new float[rows.size()];
        for (int i = 0; i < labels.length; i++) {
            System.arraycopy(Sessions.floats(rows.get(i).getAs(0)), 0, values, i * 4, 4);
            labels[i] = (int) rows.get(i).getDouble(1);
            weights[i] = (float) rows.get(i).getDouble(2);
        }
        return dev.mnistnative.data.Dataset.ofFloats(values, 4, labels).withSampleWeights(weights);
    }
}
