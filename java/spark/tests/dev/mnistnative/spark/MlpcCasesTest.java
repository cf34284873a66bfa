package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** What Spark's tests ask of its own multi-layer perceptron, asked of ours. */
class MlpcCasesTest {
    private static MnistNativeClassifier xorLearner() {
        return new MnistNativeClassifier()
                .setLayers(2, 8, 2)
                .setActivation("tanh")
                .setBatchSize(4)
                .setStepSize(0.05)
                .setSeed(123)
                .setMaxIter(200);
    }

    @Test
    void layersAreChecked() {
        MnistNativeClassifier classifier = new MnistNativeClassifier();
        assertThrows(IllegalArgumentException.class, () -> classifier.setLayers());
        assertThrows(IllegalArgumentException.class, () -> classifier.setLayers(1));
        assertThrows(IllegalArgumentException.class, () -> classifier.setLayers(0, 1));
        assertThrows(IllegalArgumentException.class, () -> classifier.setMaxIter(0));
        assertThrows(IllegalArgumentException.class, () -> classifier.setStepSize(0));
        assertThrows(IllegalArgumentException.class, () -> classifier.setOptimizer("l-bfgs"));
        assertThrows(IllegalArgumentException.class, () -> classifier.setActivation("softmax"));
        assertFalse(classifier.isSet(classifier.layers()));
        assertArrayEquals(new int[] {1, 1}, classifier.setLayers(1, 1).getLayers());
    }

    @Test
    void exclusiveOrIsLearntWithTwoOutputs() {
        MnistNativeClassificationModel model = xorLearner().fit(Sessions.xor());
        assertEquals(2, model.numFeatures());
        assertEquals(2, model.numClasses());
        assertEquals(1, Sessions.accuracy(model.transform(Sessions.xor())));
    }

    @Test
    void oneVectorIsPredictedAsItsRowIs() {
        MnistNativeClassificationModel model = xorLearner().setMaxIter(20).fit(Sessions.xor());
        for (Row row : model.transform(Sessions.xor()).collectAsList()) {
            Vector features = row.getAs("features");
            assertEquals(row.<Vector>getAs("rawPrediction"), model.predictRaw(features));
            assertEquals(row.<Vector>getAs("probability"), model.predictProbability(features));
            assertEquals(row.<Double>getAs("prediction"), model.predict(features));
        }
    }

    @Test
    void probabilitiesAddUpAndFollowTheData() {
        MnistNativeClassificationModel model = new MnistNativeClassifier()
                .setHiddenLayers(8)
                .setBatchSize(30)
                .setStepSize(0.01)
                .setMaxIter(30)
                .fit(Sessions.clouds(600, 1, 3));
        for (Row row : model.transform(Sessions.clouds(300, 2, 2)).collectAsList()) {
            double[] probability = row.<Vector>getAs("probability").toArray();
            assertEquals(1, probability[0] + probability[1] + probability[2], 1e-12);
            double[] raw = row.<Vector>getAs("rawPrediction").toArray();
            assertEquals(Math.exp(raw[1] - raw[0]), probability[1] / probability[0], 1e-9 * Math.exp(raw[1] - raw[0]));
            assertEquals(
                    row.<Vector>getAs("probability").argmax(),
                    row.<Double>getAs("prediction").intValue());
        }
    }

    @Test
    void trainingGoesOnFromGivenWeights() {
        Dataset<Row> rows = Sessions.xor();
        MnistNativeClassifier learner =
                xorLearner().setShuffle(false).setOptimizer("sgd").setMaxIter(5);
        MnistNativeClassificationModel half = learner.fit(rows);
        MnistNativeClassificationModel on =
                learner.copy(ParamMap.empty()).setInitialWeights(half.weights()).fit(rows);
        MnistNativeClassificationModel whole =
                learner.copy(ParamMap.empty()).setMaxIter(10).fit(rows);
        assertEquals(whole.weights(), on.weights(), "5 and 5 steps are 10 where the optimizer keeps nothing");
        assertNotEquals(half.weights(), on.weights());
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> learner.copy(ParamMap.empty())
                                .setInitialWeights(Vectors.dense(1, 2))
                                .fit(rows))
                .getMessage();
        assertTrue(message.contains("initialWeights has 2 values"), message);
    }

    @Test
    void threeClassesAreLearntAsWellAsByLogisticRegression() {
        Dataset<Row> training = Sessions.clouds(900, 3, 3).cache();
        Dataset<Row> test = Sessions.clouds(600, 4, 2);
        MnistNativeClassificationModel model = new MnistNativeClassifier()
                .setLayers(4, 8, 8, 3)
                .setBatchSize(30)
                .setStepSize(0.005)
                .setMaxIter(30)
                .fit(training);
        double logistic =
                Sessions.accuracy(new LogisticRegression().fit(training).transform(test));
        double ours = Sessions.accuracy(model.transform(test));
        assertTrue(ours > logistic - 0.02, ours + " against " + logistic);
        assertTrue(ours > 0.9, "accuracy " + ours);
    }

    @Test
    void everyNumericTypeOfLabelsGivesTheSameModelAndOthersAreRefused() {
        Dataset<Row> rows = Sessions.clouds(90, 5, 2);
        MnistNativeClassifier learner =
                new MnistNativeClassifier().setHiddenLayers(4).setMaxIter(2);
        Vector expected = learner.fit(rows).weights();
        List<DataType> types = List.of(
                DataTypes.ByteType,
                DataTypes.ShortType,
                DataTypes.IntegerType,
                DataTypes.LongType,
                DataTypes.FloatType,
                DataTypes.createDecimalType(5, 1));
        for (DataType type : types) {
            Dataset<Row> typed = rows.withColumn("label", functions.col("label").cast(type));
            assertEquals(expected, learner.fit(typed).weights(), type.toString());
        }
        Dataset<Row> text = rows.withColumn("label", functions.col("label").cast("string"));
        String message = assertThrows(IllegalArgumentException.class, () -> learner.fit(text))
                .getMessage();
        assertTrue(message.contains("label"), message);
    }

    @Test
    void theSummaryTellsTheObjectiveOfEachEpoch() {
        MnistNativeClassificationModel model = new MnistNativeClassifier()
                .setHiddenLayers(6)
                .setBatchSize(30)
                .setStepSize(0.01)
                .setMaxIter(7)
                .fit(Sessions.clouds(300, 6, 2));
        TrainingSummary summary = model.summary().orElseThrow();
        assertEquals(7, summary.totalIterations());
        double[] objectives = summary.objectiveHistory();
        assertEquals(7, objectives.length);
        assertTrue(objectives[6] < objectives[0] / 2, objectives[0] + " to " + objectives[6]);
        assertEquals("COMPLETED", summary.stopReason());
        assertEquals(7, summary.modelEpoch());
        assertEquals(0, summary.validationLossHistory().length);
    }

    @Test
    void aModelIsMeasuredByTheNumbersOfSparksEvaluator() {
        Dataset<Row> test = Sessions.clouds(300, 7, 2).withColumn("weight", functions.expr("1 + label"));
        MnistNativeClassificationModel model = new MnistNativeClassifier()
                .setHiddenLayers(6)
                .setBatchSize(30)
                .setStepSize(0.01)
                .setMaxIter(3)
                .setWeightCol("weight")
                .fit(test);
        ClassificationScores scores = model.evaluate(test);
        MulticlassClassificationEvaluator evaluator = new MulticlassClassificationEvaluator().setWeightCol("weight");
        Dataset<Row> predicted = model.transform(test);
        for (String metric : new String[] {"accuracy", "f1", "weightedPrecision", "weightedRecall"}) {
            double ours = switch (metric) {
                case "accuracy" -> scores.accuracy();
                case "f1" -> scores.weightedFMeasure();
                case "weightedPrecision" -> scores.weightedPrecision();
                default -> scores.weightedRecall();
            };
            assertEquals(evaluator.setMetricName(metric).evaluate(predicted), ours, 1e-12, metric);
        }
        assertArrayEquals(new double[] {0, 1, 2}, scores.labels());
        double found = predicted.where("label = 1 and prediction = 1").count() / 100.0;
        assertEquals(found, scores.recallByLabel()[1], 1e-12);
        double right = predicted.where("label = 2 and prediction = 2").count()
                * 3.0
                / predicted
                        .where("prediction = 2")
                        .selectExpr("sum(weight)")
                        .first()
                        .getDouble(0);
        assertEquals(right, scores.precisionByLabel()[2], 1e-12);
        assertEquals(3, scores.fMeasureByLabel().length);
        assertTrue(model.hasSummary());
    }

    @Test
    void parametersAreSparksInEveryRespect() {
        MnistNativeClassifier classifier = new MnistNativeClassifier("mine").setMaxIter(3);
        assertEquals("mine", classifier.uid());
        assertEquals("mine", classifier.maxIter().parent());
        assertTrue(classifier.explainParams().contains("batchSize: rows a step (> 0) (default: 320)"));
        assertEquals(3, classifier.getMaxIter());
        MnistNativeClassifier copy =
                classifier.copy(new ParamMap().put(classifier.maxIter().w(9)));
        assertEquals("mine", copy.uid());
        assertEquals(9, copy.getMaxIter());
        assertEquals(3, classifier.getMaxIter());
        MnistNativeClassificationModel model = classifier.setMaxIter(1).fit(Sessions.xor());
        assertEquals("mine", model.uid());
        assertEquals(classifier, model.parent());
        assertEquals(1, model.getMaxIter());
        long bytes = model.estimatedSize();
        assertTrue(
                bytes > 4 * model.weights().size()
                        && bytes < 5 * model.weights().size(),
                "size " + bytes);
        assertEquals(model.weights(), model.copy(ParamMap.empty()).weights());
        assertEquals(classifier, model.copy(ParamMap.empty()).parent());
    }
}
