package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.format.SavedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.OneVsRest;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stored and loaded, alone and in pipelines; searches over parameters. */
class PersistenceTest {
    private final Dataset<Row> rows = Sessions.clouds(240, 9, 2);

    private static MnistNativeClassifier learner() {
        return new MnistNativeClassifier()
                .setHiddenLayers(6)
                .setBatchSize(30)
                .setStepSize(0.01)
                .setMaxIter(4);
    }

    @Test
    void anEstimatorComesBackWithItsParameters(@TempDir Path folder) throws IOException {
        String path = folder.resolve("estimator").toString();
        MnistNativeClassifier learner = learner().setSeed(77).setThresholds(new double[] {0.2, 0.3, 0.5});
        learner.write().save(path);
        MnistNativeClassifier loaded = MnistNativeClassifier.load(path);
        assertEquals(learner.uid(), loaded.uid());
        assertEquals(withoutAddresses(learner), withoutAddresses(loaded));
        assertArrayEquals(new int[] {6}, loaded.getHiddenLayers());
        assertEquals(77, loaded.getSeed());
        assertEquals(learner.fit(rows).weights(), loaded.fit(rows).weights());
        assertThrows(IOException.class, () -> learner.write().save(path), "overwrites only if told to");
        learner.write().overwrite().save(path);
        learner.setInitialWeights(Vectors.dense(0.5, -1e-30))
                .write()
                .overwrite()
                .save(path);
        assertEquals(
                Vectors.dense(0.5, -1e-30), MnistNativeClassifier.load(path).getInitialWeights());
    }

    /** Arrays print their addresses. */
    private static String withoutAddresses(MnistNativeClassifier learner) {
        return learner.explainParams().replaceAll("@[0-9a-f]+", "");
    }

    @Test
    void aModelComesBackWithItsBitsAndIsAFileOfOthers(@TempDir Path folder) throws IOException {
        String path = folder.resolve("model").toString();
        MnistNativeClassificationModel model = learner().fit(rows).setPredictionCol("guess");
        model.write().save(path);
        MnistNativeClassificationModel loaded = MnistNativeClassificationModel.load(path);
        assertEquals(model.uid(), loaded.uid());
        assertEquals(model.weights(), loaded.weights());
        assertEquals("guess", loaded.getPredictionCol());
        assertEquals(4, loaded.getMaxIter());
        assertTrue(loaded.summary().isEmpty());
        assertEquals(
                model.transform(rows).collectAsList(), loaded.transform(rows).collectAsList());
        SavedModel file = SavedModel.read(folder.resolve("model/data/model.safetensors"));
        assertEquals(model.savedModel(), file);
        String onnx = folder.resolve("net.onnx").toString();
        loaded.export(onnx);
        assertEquals(file.parameters(), SavedModel.read(Path.of(onnx)).parameters());
        assertThrows(
                IllegalArgumentException.class,
                () -> loaded.export(folder.resolve("net.h5").toString()));
        Files.delete(folder.resolve("model/data/model.safetensors"));
        String message = assertThrows(UncheckedIOException.class, () -> MnistNativeClassificationModel.load(path))
                .getMessage();
        assertTrue(message.startsWith("the model cannot be read from "), message);
    }

    @Test
    void aPipelineNamesItsClassesAndFeatures(@TempDir Path folder) throws IOException {
        Dataset<Row> named = rows.withColumn(
                        "kind", functions.expr("element_at(array('oak', 'elm', 'ash'), int(label) + 1)"))
                .withColumn(
                        "array", org.apache.spark.ml.functions.vector_to_array(functions.col("features"), "float64"))
                .selectExpr("kind", "array[0] as height", "array[1] as width", "array[2] as age", "array[3] as rings");
        StringIndexer indexer = new StringIndexer().setInputCol("kind").setOutputCol("label");
        VectorAssembler assembler = new VectorAssembler()
                .setInputCols(new String[] {"height", "width", "age", "rings"})
                .setOutputCol("features");
        StringIndexerModel indices = indexer.fit(named);
        IndexToString back = new IndexToString()
                .setInputCol("prediction")
                .setOutputCol("guess")
                .setLabels(indices.labelsArray()[0]);
        Pipeline pipeline = new Pipeline()
                .setStages(new PipelineStage[] {indexer, assembler, learner().setMaxIter(20), back});
        pipeline.write().save(folder.resolve("pipeline").toString());
        PipelineModel fitted =
                Pipeline.load(folder.resolve("pipeline").toString()).fit(named);
        fitted.write().save(folder.resolve("fitted").toString());
        PipelineModel loaded = PipelineModel.load(folder.resolve("fitted").toString());
        List<Row> guesses = fitted.transform(named).select("guess").collectAsList();
        assertEquals(guesses, loaded.transform(named).select("guess").collectAsList());
        assertTrue(fitted.transform(named).where("guess = kind").count() > 200);
        MnistNativeClassificationModel model = (MnistNativeClassificationModel) loaded.stages()[2];
        assertEquals(
                List.of(indices.labelsArray()[0]), model.savedModel().info().classNames());
        assertEquals(
                List.of("height", "width", "age", "rings"),
                model.savedModel().info().featureNames());
    }

    private ParamMap[] grid(MnistNativeClassifier learner) {
        return new ParamMap[] {
            new ParamMap().put(learner.maxIter().w(1)),
            new ParamMap().put(learner.maxIter().w(25))
        };
    }

    @Test
    void crossValidationChoosesAndIsStored(@TempDir Path folder) throws IOException {
        MnistNativeClassifier learner = learner();
        CrossValidator validator = new CrossValidator()
                .setEstimator(learner)
                .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
                .setEstimatorParamMaps(grid(learner))
                .setNumFolds(2)
                .setParallelism(2)
                .setSeed(1);
        CrossValidatorModel best = validator.fit(rows);
        assertTrue(best.avgMetrics()[1] > best.avgMetrics()[0], best.avgMetrics()[0] + ", " + best.avgMetrics()[1]);
        assertEquals(25, ((MnistNativeClassificationModel) best.bestModel()).getMaxIter());
        best.write().save(folder.resolve("best").toString());
        CrossValidatorModel loaded =
                CrossValidatorModel.load(folder.resolve("best").toString());
        assertEquals(
                best.transform(rows).collectAsList(), loaded.transform(rows).collectAsList());
    }

    @Test
    void aSplitForValidationChoosesTheSameEachTime() {
        MnistNativeClassifier learner = learner();
        TrainValidationSplit split = new TrainValidationSplit()
                .setEstimator(learner)
                .setEvaluator(new MulticlassClassificationEvaluator())
                .setEstimatorParamMaps(grid(learner))
                .setTrainRatio(0.7)
                .setParallelism(2)
                .setSeed(3);
        assertArrayEquals(split.fit(rows).validationMetrics(), split.fit(rows).validationMetrics());
    }

    @Test
    void oneAgainstTheRestTakesItForItsClassifier() {
        OneVsRest each = new OneVsRest().setClassifier(learner().setMaxIter(20));
        assertTrue(Sessions.accuracy(each.fit(rows).transform(rows)) > 0.85);
    }
}
