package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.ml.functions;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Models as functions of SQL. */
class SqlFunctionTest {
    private final SparkSession session = Sessions.local();
    private final Dataset<Row> rows = Sessions.clouds(500, 20, 3);

    private MnistNativeClassificationModel model() {
        return new MnistNativeClassifier()
                .setHiddenLayers(6)
                .setBatchSize(30)
                .setStepSize(0.01)
                .setMaxIter(3)
                .fit(rows);
    }

    @Test
    void aClassifierAnswersAsTransformDoes() {
        MnistNativeClassificationModel model = model();
        model.registerFunction(session, "cloud");
        rows.createOrReplaceTempView("clouds");
        List<Row> bySql = session.sql(
                        "SELECT c.prediction, c.probability FROM (SELECT cloud(features) AS c FROM clouds)")
                .collectAsList();
        List<Row> byTransform = model.transform(rows)
                .select(
                        org.apache.spark.sql.functions.col("prediction"),
                        functions.vector_to_array(org.apache.spark.sql.functions.col("probability"), "float64"))
                .collectAsList();
        assertEquals(byTransform, bySql);
        assertEquals(0, MnistRuntime.nativeBytes(), "tasks that ended hold no model");
    }

    @Test
    void arraysConstantsAndNullsAreTaken() {
        MnistNativeClassificationModel model = model();
        model.registerFunction(session, "cloud");
        Row constant = session.sql("SELECT cloud(array(2D, 0D, 0D, 0D)).prediction AS p, cloud(null) AS none")
                .first();
        assertEquals(model.predict(org.apache.spark.ml.linalg.Vectors.dense(2, 0, 0, 0)), constant.getDouble(0));
        assertTrue(constant.isNullAt(1));
        Dataset<Row> arrays = rows.withColumn(
                "features", functions.vector_to_array(org.apache.spark.sql.functions.col("features"), "float32"));
        arrays.createOrReplaceTempView("arrays");
        assertEquals(
                model.transform(rows).where("prediction = label").count(),
                session.sql("SELECT * FROM arrays WHERE cloud(features).prediction = label")
                        .count());
        SparkException thrown = assertThrows(
                SparkException.class,
                () -> session.sql("SELECT cloud(array(double(label))).prediction FROM arrays")
                        .collectAsList());
        assertTrue(
                Arrays.toString(org.apache.commons.lang3.exception.ExceptionUtils.getThrowables(thrown))
                        .contains("a row has 1 features, but 4 are expected"),
                thrown.getMessage());
        assertEquals(0, MnistRuntime.nativeBytes());
    }

    @Test
    void aRegressorAnswersByNumbersAndSeveralLabelsByArrays() {
        MnistNativeRegressor learner =
                new MnistNativeRegressor().setHiddenLayers(5).setMaxIter(2);
        MnistNativeRegressionModel one = learner.fit(rows);
        one.registerFunction(session, "height");
        assertEquals(
                one.transform(rows).select("prediction").collectAsList(),
                rows.selectExpr("height(features)").collectAsList());
        Dataset<Row> pairs = rows.selectExpr("features", "array(label, -label) as label");
        MnistNativeRegressionModel two = learner.fit(pairs);
        two.registerFunction(session, "heights");
        assertEquals(
                two.transform(rows).select("prediction").collectAsList(),
                rows.selectExpr("heights(features)").collectAsList());
        Dataset<Row> labels = rows.selectExpr("features", "array(double(label = 0), double(label > 0)) as label");
        MnistNativeClassificationModel several =
                new MnistNativeClassifier().setHiddenLayers(5).setMaxIter(2).fit(labels);
        several.registerFunction(session, "labels");
        assertEquals(
                several.transform(rows).select("prediction").collectAsList(),
                rows.selectExpr("labels(features).prediction").collectAsList());
    }
}
