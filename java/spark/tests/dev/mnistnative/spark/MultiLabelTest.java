package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.net.Task;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.BceWithLogitsLoss;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.evaluation.MultilabelClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of which each class may be there or not. */
class MultiLabelTest {
    private static final StructType SCHEMA = new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add("label", DataTypes.createArrayType(DataTypes.DoubleType));
    private static final MnistNativeClassifier LEARNER = new MnistNativeClassifier()
            .setHiddenLayers(8)
            .setBatchSize(20)
            .setStepSize(0.02)
            .setMaxIter(30)
            .setSeed(5);

    /** Label i is there where number i is above 0; the fourth where the first two are. */
    private static List<Row> rows(int count) {
        Random random = new Random(count);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double[] x = new double[3];
            for (int f = 0; f < x.length; f++) {
                x[f] = (float) random.nextGaussian();
            }
            double a = x[0] > 0 ? 1 : 0;
            double b = x[1] > 0 ? 1 : 0;
            rows.add(RowFactory.create(Vectors.dense(x), new Double[] {a, b, x[2] > 0 ? 1.0 : 0.0, a * b}));
        }
        return rows;
    }

    private static Dataset<Row> data(int count) {
        return Sessions.of(SCHEMA, rows(count), 3);
    }

    @Test
    void eachLabelIsLearntByItself(@TempDir Path folder) throws Exception {
        MnistNativeClassificationModel model = LEARNER.fit(data(600));
        assertEquals(4, model.numClasses());
        assertEquals(Task.MULTI_LABEL, model.savedModel().info().task());
        Dataset<Row> predicted = model.transform(data(300));
        assertEquals(
                model.transformSchema(SCHEMA).apply("prediction"),
                predicted.schema().apply("prediction"));
        assertEquals(
                LEARNER.transformSchema(SCHEMA).apply("prediction"),
                predicted.schema().apply("prediction"));
        double right = predicted
                .selectExpr("avg(size(filter(zip_with(prediction, label, (p, l) -> p = l), same -> same)) / 4)")
                .first()
                .getDouble(0);
        assertTrue(right > 0.95, "share of right labels " + right);
        String numbers = "transform(filter(sequence(0, 3), i -> %s[i] > 0.5), i -> double(i))";
        double byEvaluator = new MultilabelClassificationEvaluator()
                .setMetricName("microF1Measure")
                .evaluate(predicted.selectExpr(
                        String.format(numbers, "prediction") + " as prediction",
                        String.format(numbers, "label") + " as label"));
        assertTrue(byEvaluator > 0.95, "F1 " + byEvaluator);
        model.write().save(folder.resolve("model").toString());
        MnistNativeClassificationModel loaded =
                MnistNativeClassificationModel.load(folder.resolve("model").toString());
        assertEquals(predicted.collectAsList(), loaded.transform(data(300)).collectAsList());
    }

    @Test
    void theBitsAreTheLibrarys() {
        List<Row> rows = rows(130);
        float[] values = new float[130 * 3];
        float[] targets = new float[130 * 4];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(Sessions.floats(rows.get(i).getAs(0)), 0, values, i * 3, 3);
            for (int l = 0; l < 4; l++) {
                targets[i * 4 + l] = ((Double[]) rows.get(i).get(1))[l].floatValue();
            }
        }
        TrainingSettings settings = TrainingSettings.builder(3, 8, 4)
                .batchSize(20)
                .dropLast(false)
                .epochs(3)
                .shuffle(true)
                .optimizer(new Adam(0.02))
                .loss(BceWithLogitsLoss.DEFAULT)
                .seed(5)
                .build();
        try (dev.mnistnative.data.Dataset data =
                        dev.mnistnative.data.Dataset.ofFloats(values, 3, null).withTargets(targets, 4);
                Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data);
            MnistNativeClassifier learner = LEARNER.copy(ParamMap.empty()).setMaxIter(3);
            Dataset<Row> arrays = Sessions.of(SCHEMA, rows, 2);
            MnistNativeClassificationModel model = learner.fit(arrays);
            assertArrayEquals(trainer.parameters().values(), Sessions.floats(model.weights()));
            Dataset<Row> floats =
                    arrays.withColumn("label", functions.col("label").cast("array<float>"));
            assertEquals(model.weights(), learner.fit(floats).weights());
            Dataset<Row> vectors =
                    arrays.withColumn("label", org.apache.spark.ml.functions.array_to_vector(functions.col("label")));
            assertEquals(model.weights(), learner.fit(vectors).weights());
        }
    }

    @Test
    void probabilitiesAndThresholdsAreOfEachLabel() {
        MnistNativeClassificationModel model =
                LEARNER.copy(ParamMap.empty()).setMaxIter(3).fit(data(200));
        model.setThresholds(new double[] {0, 0.3, 0.5, 1});
        for (Row row : model.transform(data(60)).collectAsList()) {
            double[] raw = row.<Vector>getAs("rawPrediction").toArray();
            double[] probability = row.<Vector>getAs("probability").toArray();
            List<Double> prediction = row.getList(row.fieldIndex("prediction"));
            for (int i = 0; i < 4; i++) {
                assertEquals(1 / (1 + Math.exp(-raw[i])), probability[i], 1e-15);
                assertEquals(probability[i] > model.getThresholds()[i] ? 1.0 : 0.0, prediction.get(i));
            }
            assertEquals(1, prediction.get(0));
            assertEquals(0, prediction.get(3));
            Vector features = row.getAs("features");
            assertEquals(row.<Vector>getAs("probability"), model.predictProbability(features));
            assertThrows(UnsupportedOperationException.class, () -> model.predict(features));
        }
        assertThrows(IllegalArgumentException.class, () -> model.evaluate(data(60)));
    }

    @Test
    void labelsThatAreNoneAreRefused() {
        assertTrue(refusal(LEARNER, "transform(label, l -> l * 2)").startsWith("one of a row's labels is 2.0"));
        assertTrue(refusal(LEARNER, "if(label[0] > 0, null, label)").startsWith("a row's labels are null"));
        assertTrue(refusal(LEARNER, "transform(label, l -> if(l > 0, null, l))").contains("of a row's array is null"));
        assertTrue(refusal(LEARNER, "slice(label, 1, 3 + int(label[0]))").contains("labels and another has"));
        assertTrue(
                refusal(LEARNER.copy(ParamMap.empty()).setLayers(3, 5), "label").contains("4 labels, but layers"));
        assertTrue(refusal(LEARNER.copy(ParamMap.empty()).setLabelSmoothing(0.1), "label")
                .startsWith("labelSmoothing is for rows of one class"));
    }

    private static String refusal(MnistNativeClassifier learner, String label) {
        Dataset<Row> data = data(40).withColumn("label", functions.expr(label));
        return assertThrows(IllegalArgumentException.class, () -> learner.fit(data))
                .getMessage();
    }
}
