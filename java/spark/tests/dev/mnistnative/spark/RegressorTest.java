package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.net.Task;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.HuberLoss;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers instead of classes. */
class RegressorTest {
    private static final MnistNativeRegressor LEARNER = new MnistNativeRegressor()
            .setHiddenLayers(16)
            .setActivation("tanh")
            .setBatchSize(20)
            .setStepSize(0.01)
            .setMaxIter(60)
            .setSeed(3);

    /** y = sin(2 a) + b², without noise. */
    private static List<Row> rows(int count) {
        Random random = new Random(count);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double a = (float) (random.nextDouble() * 2 - 1);
            double b = (float) (random.nextDouble() * 2 - 1);
            rows.add(RowFactory.create(Vectors.dense(a, b), (double) (float) (Math.sin(2 * a) + b * b)));
        }
        return rows;
    }

    private static Dataset<Row> data(int count) {
        return Sessions.of(Sessions.LABELLED, rows(count), 2);
    }

    @Test
    void aCurveIsLearntInAPipelineAndStored(@TempDir Path folder) throws Exception {
        PipelineModel fitted =
                new Pipeline().setStages(new PipelineStage[] {LEARNER}).fit(data(400));
        double error = new RegressionEvaluator().evaluate(fitted.transform(data(200)));
        assertTrue(error < 0.1, "RMSE " + error);
        fitted.write().save(folder.resolve("model").toString());
        PipelineModel loaded = PipelineModel.load(folder.resolve("model").toString());
        assertEquals(
                fitted.transform(data(200)).collectAsList(),
                loaded.transform(data(200)).collectAsList());
        MnistNativeRegressionModel model = (MnistNativeRegressionModel) loaded.stages()[0];
        assertEquals(Task.VALUES, model.savedModel().info().task());
        for (Row row : model.transform(data(200)).takeAsList(5)) {
            assertEquals(row.<Double>getAs("prediction"), model.predict(row.<Vector>getAs("features")));
        }
    }

    @Test
    void theBitsAreTheLibrarysUnderEachLoss() {
        List<Row> rows = rows(90);
        float[] values = new float[180];
        float[] targets = new float[90];
        for (int i = 0; i < targets.length; i++) {
            System.arraycopy(Sessions.floats(rows.get(i).getAs(0)), 0, values, 2 * i, 2);
            targets[i] = (float) rows.get(i).getDouble(1);
        }
        TrainingSettings settings = TrainingSettings.builder(2, 5, 1)
                .batchSize(20)
                .dropLast(false)
                .epochs(4)
                .shuffle(true)
                .optimizer(new Adam(0.01))
                .loss(new HuberLoss(0.7))
                .seed(9)
                .build();
        try (dev.mnistnative.data.Dataset data =
                        dev.mnistnative.data.Dataset.ofFloats(values, 2, null).withTargets(targets, 1);
                Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data);
            MnistNativeRegressionModel model = new MnistNativeRegressor()
                    .setHiddenLayers(5)
                    .setBatchSize(20)
                    .setMaxIter(4)
                    .setStepSize(0.01)
                    .setLoss("huber:0.7")
                    .setSeed(9)
                    .fit(Sessions.of(Sessions.LABELLED, rows, 3));
            assertArrayEquals(trainer.parameters().values(), Sessions.floats(model.weights()));
        }
    }

    @Test
    void shardsOfUnequalRowsGiveTheSameBitsOnOneWorkerAndOnTwo() {
        MnistNativeRegressor learner =
                LEARNER.copy(ParamMap.empty()).setMaxIter(2).setNumShards(4);
        assertEquals(
                learner.fit(data(101)).weights(),
                learner.copy(ParamMap.empty()).setNumWorkers(2).fit(data(101)).weights());
    }

    @Test
    void severalNumbersAreLearntFromArraysAndFromVectors() {
        Dataset<Row> both = data(400).withColumn("label", functions.expr("array(label, -label)"));
        MnistNativeRegressionModel model = LEARNER.fit(both);
        Dataset<Row> predicted = model.transform(both);
        assertEquals(
                DataTypes.createArrayType(DataTypes.DoubleType, false),
                predicted.schema().apply("prediction").dataType());
        assertEquals(LEARNER.transformSchema(both.schema()), model.transformSchema(both.schema()));
        double error = predicted
                .selectExpr("sqrt(avg(pow(prediction[0] - label[0], 2) + pow(prediction[1] - label[1], 2)))")
                .first()
                .getDouble(0);
        assertTrue(error < 0.15, "RMSE " + error);
        Dataset<Row> vectors =
                both.withColumn("label", org.apache.spark.ml.functions.array_to_vector(functions.col("label")));
        assertEquals(model.weights(), LEARNER.fit(vectors).weights());
        Row first = predicted.first();
        double[] outputs = model.outputs(first.<Vector>getAs("features"));
        assertEquals(first.getList(first.fieldIndex("prediction")), List.of(outputs[0], outputs[1]));
        assertThrows(UnsupportedOperationException.class, () -> model.predict(first.<Vector>getAs("features")));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> LEARNER.fit(data(10).withColumn("label", functions.expr("array(label)"))))
                .getMessage();
        assertTrue(message.contains("arrays or vectors of one number"), message);
        message = assertThrows(
                        IllegalArgumentException.class,
                        () -> LEARNER.fit(data(10).withColumn(
                                        "label", functions.expr("array_repeat(label, if(label > 0, 2, 3))"))))
                .getMessage();
        assertTrue(message.contains("labels and another has"), message);
    }

    @Test
    void validationRowsEndTrainingAtTheirBestLoss() {
        MnistNativeRegressionModel model = LEARNER.copy(ParamMap.empty())
                .setMaxIter(200)
                .setStepSize(0.05)
                .setValidationIndicatorCol("held")
                .setEarlyStopping(3)
                .fit(data(200).withColumn("held", functions.expr("abs(label) < 0.3")));
        TrainingSummary summary = model.summary().orElseThrow();
        assertEquals("EARLY_STOPPING", summary.stopReason());
        double best = summary.validationLossHistory()[summary.modelEpoch() - 1];
        for (double loss : summary.validationLossHistory()) {
            assertTrue(loss >= best, loss + " is below the model's " + best);
        }
    }

    @Test
    void whatIsNoNumberIsRefused() {
        Dataset<Row> holes = data(10).withColumn("label", functions.expr("if(label > 0.5, null, label)"));
        String message = assertThrows(IllegalArgumentException.class, () -> LEARNER.fit(holes))
                .getMessage();
        assertTrue(message.startsWith("a row's label is null or no finite number"), message);
        assertThrows(
                IllegalArgumentException.class,
                () -> LEARNER.copy(ParamMap.empty()).setLoss("cross_entropy"));
        assertThrows(
                IllegalArgumentException.class,
                () -> LEARNER.copy(ParamMap.empty()).setLayers(2, 2).fit(data(10)));
    }
}
