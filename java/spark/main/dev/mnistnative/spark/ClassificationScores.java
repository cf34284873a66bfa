package dev.mnistnative.spark;

import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import scala.Tuple3;

/**
 * How well a classifier does on rows, under the names of Spark's own {@code ClassificationSummary}. The numbers by
 * label are in the order of {@link #labels}. Rows count as {@code weightCol} tells where it is set.
 */
public final class ClassificationScores {
    private final MulticlassMetrics metrics;

    private ClassificationScores(MulticlassMetrics metrics) {
        this.metrics = metrics;
    }

    static ClassificationScores of(MnistNativeClassificationModel model, Dataset<?> dataset) {
        MnistNativeClassificationModel predicting = model.copy(ParamMap.empty());
        predicting.setRawPredictionCol("").setProbabilityCol("").setPredictionCol("p");
        boolean weighted =
                model.isDefined(model.weightCol()) && !model.getWeightCol().isEmpty();
        Column weight = weighted ? functions.col(model.getWeightCol()) : functions.lit(1);
        Dataset<Row> rows = dataset.select(
                functions.col(model.getFeaturesCol()).as("f"),
                functions.col(model.getLabelCol()).cast("double").as("l"),
                weight.cast("double").as("w"));
        predicting.setFeaturesCol("f");
        return new ClassificationScores(new MulticlassMetrics(predicting
                .transform(rows)
                .select("p", "l", "w")
                .toJavaRDD()
                .map(row -> new Tuple3<Object, Object, Object>(row.getDouble(0), row.getDouble(1), row.getDouble(2)))
                .rdd()));
    }

    /** The labels that occur, in their order. */
    public double[] labels() {
        return metrics.labels();
    }

    /** The share of right predictions. */
    public double accuracy() {
        return metrics.accuracy();
    }

    /** Of the rows that were predicted to be of each label, the share that is. */
    public double[] precisionByLabel() {
        return each(metrics::precision);
    }

    /** Of the rows of each label, the share that was found. */
    public double[] recallByLabel() {
        return each(metrics::recall);
    }

    /** The harmonic mean of both, by label. */
    public double[] fMeasureByLabel() {
        return each(metrics::fMeasure);
    }

    /** Precision, each label by its share of the rows. */
    public double weightedPrecision() {
        return metrics.weightedPrecision();
    }

    /** Recall, each label by its share of the rows. */
    public double weightedRecall() {
        return metrics.weightedRecall();
    }

    /** The F-measure, each label by its share of the rows. */
    public double weightedFMeasure() {
        return metrics.weightedFMeasure();
    }

    private double[] each(java.util.function.DoubleUnaryOperator score) {
        double[] labels = labels();
        double[] scores = new double[labels.length];
        for (int i = 0; i < labels.length; i++) {
            scores[i] = score.applyAsDouble(labels[i]);
        }
        return scores;
    }
}
