package dev.mnistnative.spark;

import org.apache.spark.ml.linalg.Vectors;

/**
 * What a classifier adds to a row: logits, probabilities and the prediction, each if wanted.
 *
 * @param classes outputs of the net
 * @param rule how probabilities become a prediction: that of Spark's own classes, thresholds included
 */
record ClassColumns(
        int classes, boolean raw, boolean probability, boolean prediction, MnistNativeClassificationModel rule)
        implements Inference.AddedColumns {
    @Override
    public int count() {
        return (raw ? 1 : 0) + (probability ? 1 : 0) + (prediction ? 1 : 0);
    }

    @Override
    public void write(float[] outputs, int from, Object[] row, int at) {
        double[] logits = new double[classes];
        for (int i = 0; i < classes; i++) {
            logits[i] = outputs[from + i];
        }
        double[] shares = logits.clone();
        softmax(shares);
        int place = at;
        if (raw) {
            row[place++] = Vectors.dense(logits);
        }
        if (probability) {
            row[place++] = Vectors.dense(shares);
        }
        if (prediction) {
            row[place] = rule.probability2prediction(Vectors.dense(shares));
        }
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
