package dev.mnistnative.model;

import dev.mnistnative.internal.ArgMax;

/** What is made of logits. */
public final class Softmax {
    private Softmax() {}

    /** Softmax of every row of [count, classes], computed in double precision, in place. */
    public static float[] rows(float[] logits, int classes) {
        double[] row = new double[classes];
        for (int start = 0; start < logits.length; start += classes) {
            double largest = logits[start + ArgMax.of(logits, start, classes)];
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                row[c] = Math.exp(logits[start + c] - largest);
                sum += row[c];
            }
            for (int c = 0; c < classes; c++) {
                logits[start + c] = (float) (row[c] / sum);
            }
        }
        return logits;
    }
}
