package dev.mnistnative.spark;

import org.apache.spark.ml.linalg.Vectors;

/**
 * What a classifier of several labels a row adds: logits, probabilities and predictions, each if wanted. Each label is
 * there or not by itself.
 *
 * @param labels outputs of the net
 * @param thresholds [labels] above which a label is there
 */
record LabelColumns(int labels, boolean raw, boolean probability, boolean prediction, double[] thresholds)
        implements Inference.AddedColumns {
    @Override
    public int count() {
        return (raw ? 1 : 0) + (probability ? 1 : 0) + (prediction ? 1 : 0);
    }

    @Override
    public void write(float[] outputs, int from, Object[] row, int at) {
        double[] logits = new double[labels];
        for (int i = 0; i < labels; i++) {
            logits[i] = outputs[from + i];
        }
        double[] shares = logits.clone();
        sigmoid(shares);
        int place = at;
        if (raw) {
            row[place++] = Vectors.dense(logits);
        }
        if (probability) {
            row[place++] = Vectors.dense(shares);
        }
        if (prediction) {
            Double[] there = new Double[labels];
            for (int i = 0; i < labels; i++) {
                there[i] = shares[i] > thresholds[i] ? 1.0 : 0.0;
            }
            row[place] = there;
        }
    }

    /** Logits become probabilities, in place. */
    static void sigmoid(double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 / (1 + Math.exp(-values[i]));
        }
    }
}
