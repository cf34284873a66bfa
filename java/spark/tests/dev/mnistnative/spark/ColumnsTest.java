package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.ml.attribute.Attribute$;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes in and what goes out, and what is refused with which words. */
class ColumnsTest {
    private final Dataset<Row> rows = Sessions.clouds(600, 10, 2);
    private final MnistNativeClassifier learner = new MnistNativeClassifier()
            .setHiddenLayers(6)
            .setBatchSize(30)
            .setStepSize(0.01)
            .setMaxIter(3);

    @Test
    void eachColumnIsLeftOutWhereItsNameIsEmpty() {
        MnistNativeClassificationModel model = learner.fit(rows);
        assertArrayEquals(
                new String[] {"features", "label", "rawPrediction", "probability", "prediction"},
                model.transform(rows).columns());
        model.setRawPredictionCol("").setProbabilityCol("");
        assertArrayEquals(
                new String[] {"features", "label", "prediction"},
                model.transform(rows).columns());
        model.setRawPredictionCol("raw").setPredictionCol("");
        assertArrayEquals(
                new String[] {"features", "label", "raw"}, model.transform(rows).columns());
        model.setRawPredictionCol("");
        assertEquals(rows.collectAsList(), model.transform(rows).collectAsList());
    }

    @Test
    void thePredictionsMetadataTellsTheClasses() {
        MnistNativeClassificationModel model = learner.fit(rows);
        NominalAttribute attribute = (NominalAttribute) Attribute$.MODULE$.fromStructField(
                model.transform(rows).schema().apply("prediction"));
        assertEquals(3, attribute.getNumValues().get());
        StructType promised = model.transformSchema(rows.schema());
        StructType given = model.transform(rows).schema();
        assertEquals(promised.size(), given.size());
        for (StructField field : promised.fields()) { // in another order, as Spark's own
            assertEquals(field, given.apply(field.name()));
        }
    }

    @Test
    void thresholdsFollowSparksRule() {
        MnistNativeClassificationModel model = learner.fit(rows);
        model.setThresholds(new double[] {1e-9, 1, 1});
        assertEquals(600, model.transform(rows).where("prediction = 0").count());
        assertEquals(0, model.predict(rows.first().getAs(0)));
        model.setThresholds(new double[] {1, 1, 0});
        assertEquals(600, model.transform(rows).where("prediction = 2").count());
        MnistNativeClassificationModel two = model.copy(ParamMap.empty());
        two.set(two.thresholds(), new double[] {0.5, 0.5}); // as a pipeline's ParamMap may
        String message = assertThrows(IllegalArgumentException.class, () -> two.transform(rows))
                .getMessage();
        assertTrue(message.contains("thresholds has 2 values"), message);
    }

    @Test
    void labelsBeyondTheRowsComeFromMetadataOrLayers() {
        assertEquals(
                5, learner.copy(ParamMap.empty()).setLayers(4, 6, 5).fit(rows).numClasses());
        Dataset<Row> two = Sessions.of(Sessions.LABELLED, Sessions.clouds(60, 11), 2)
                .where("label = 0"); // one class is there, two are the fewest
        assertEquals(2, learner.fit(two).numClasses());
    }

    private String refusal(MnistNativeClassifier classifier, Dataset<Row> data) {
        return assertThrows(IllegalArgumentException.class, () -> classifier.fit(data))
                .getMessage();
    }

    private static Dataset<Row> with(Object features, Object label) {
        List<Row> rows = new java.util.ArrayList<>(Sessions.clouds(6, 12));
        rows.add(RowFactory.create(features, label));
        return Sessions.of(Sessions.LABELLED, rows, 2);
    }

    @Test
    void rowsThatCannotBeTrainedOnAreRefused() {
        assertEquals(
                "a row's label is 1.5, but must be a whole number from 0 on: StringIndexer makes such",
                refusal(learner, with(Vectors.dense(1, 2, 3, 4), 1.5)));
        assertTrue(refusal(learner, with(Vectors.dense(1, 2, 3, 4), -1.0)).startsWith("a row's label is -1.0"));
        assertTrue(refusal(learner, with(Vectors.dense(1, 2, 3, 4), null)).startsWith("a row's label is null"));
        assertTrue(refusal(learner, with(null, 0.0)).startsWith("a row's features are null"));
        assertTrue(refusal(learner, with(Vectors.dense(1, 2, 3), 0.0)).contains("another has"));
        assertTrue(refusal(learner, with(Vectors.dense(1, 2, 3, Double.NaN), 0.0))
                .contains("NaN"));
        assertTrue(refusal(learner, with(Vectors.dense(1, 2, 3, Double.POSITIVE_INFINITY), 0.0))
                .contains("Infinity"));
        assertEquals("there is no row to train on", refusal(learner, rows.where("label > 7")));
        assertTrue(refusal(learner.copy(ParamMap.empty()).setLayers(3, 3), rows).contains("layers begins with 3"));
        assertTrue(refusal(learner.copy(ParamMap.empty()).setLayers(4, 2), rows).contains("at least 3 outputs"));
    }

    @Test
    void parametersThatDoNotFitAreRefused() {
        assertTrue(refusal(learner.copy(ParamMap.empty()).setEarlyStopping(2), rows)
                .contains("set validationIndicatorCol"));
        assertTrue(refusal(learner.copy(ParamMap.empty()).setActivation("relu,tanh"), rows)
                .contains("activations: there are 2"));
        String diverged =
                refusal(learner.copy(ParamMap.empty()).setOptimizer("sgd").setStepSize(1e30), rows);
        assertTrue(diverged.startsWith("training diverged: "), diverged);
    }

    @Test
    void aRowThatCannotBePredictedIsToldByTheTask() {
        MnistNativeClassificationModel model = learner.fit(rows);
        Dataset<Row> wrong = with(Vectors.dense(1, 2, 3), 0.0);
        SparkException thrown =
                assertThrows(SparkException.class, () -> model.transform(wrong).collectAsList());
        assertTrue(
                Arrays.toString(org.apache.commons.lang3.exception.ExceptionUtils.getThrowables(thrown))
                        .contains("a row has 3 features, but 4 are expected"),
                thrown.getMessage());
    }

    @Test
    void aStreamIsPredictedAsItsRowsAre(@TempDir Path folder) throws Exception {
        MnistNativeClassificationModel model = learner.fit(rows);
        String source = folder.resolve("rows").toString();
        rows.write().parquet(source);
        Dataset<Row> stream =
                Sessions.local().readStream().schema(rows.schema()).parquet(source);
        StreamingQuery query = model.transform(stream)
                .select("label", "prediction")
                .writeStream()
                .format("memory")
                .queryName("predicted")
                .start();
        query.processAllAvailable();
        query.stop();
        assertEquals(
                model.transform(rows)
                        .select("label", "prediction")
                        .groupBy("label", "prediction")
                        .count()
                        .sort("label", "prediction")
                        .collectAsList(),
                Sessions.local()
                        .table("predicted")
                        .groupBy("label", "prediction")
                        .count()
                        .sort("label", "prediction")
                        .collectAsList());
    }

    @Test
    void manyFitsLeaveNothingBehind() throws IOException {
        fits(5); // Spark's own pools grow at first
        long before = nativeThreads();
        fits(20);
        assertEquals(0, MnistRuntime.nativeBytes());
        assertTrue(OffHeapMemory.held() <= OffHeapMemory.SLACK, "held " + OffHeapMemory.held());
        long after = nativeThreads();
        assertTrue(after < before + 20, before + " threads before 20 fits, " + after + " after");
    }

    @Test
    void aTaskPredictsByNoMoreThreadsThanItHasCores() {
        assertEquals(1, new Inference.Where("cpu", "float32", 3).placement(1).threads());
        assertEquals(3, new Inference.Where("cpu", "float32", 3).placement(4).threads());
        assertEquals(4, new Inference.Where("cpu", "float32", 0).placement(4).threads());
    }

    private void fits(int count) {
        for (int i = 0; i < count; i++) {
            MnistNativeClassificationModel model = learner.copy(ParamMap.empty())
                    .setMaxIter(1)
                    .setThreads(3)
                    .setSeed(i)
                    .fit(rows);
            model.transform(rows).limit(3).collectAsList(); // tasks that end before their rows do
        }
    }

    /** Threads of this process that Java does not know: pools of the native library among them. */
    private static long nativeThreads() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.count() - ManagementFactory.getThreadMXBean().getThreadCount();
        }
    }
}
