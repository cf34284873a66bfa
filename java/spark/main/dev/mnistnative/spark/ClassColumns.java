package dev.mnistnative.spark;

import org.apache.spark.ml.linalg.Vectors;

/**
 * What a classifier adds to a row: logits, probabilities and the prediction, each if wanted.
 *
 * @param outputs of the net: classes
 * @param rule how probabilities become a prediction: that of Spark's own classes, thresholds included
 */
record ClassColumns(
        int outputs, boolean raw, boolean probability, boolean prediction, MnistNativeClassificationModel rule)
        implements ProbabilityColumns {
    @Override
    public void toProbabilities(double[] values) {
        softmax(values);
    }

    @Override
    public Object predicted(double[] probabilities) {
        return rule.probability2prediction(Vectors.dense(probabilities));
    }

    /** Logits become probabilities, in place. */
    static void softmax(double[] values) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.exp(values[i] - largest);
            sum += values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= sum;
        }
    }
}
