package dev.mnistnative.spark;

import org.apache.spark.ml.linalg.Vectors;

/** What classifiers add to a row: logits, probabilities and what follows from these, each if wanted. */
interface ProbabilityColumns extends Inference.AddedColumns {
    /** Outputs of the net. */
    int outputs();

    boolean raw();

    boolean probability();

    boolean prediction();

    /** Logits become probabilities, in place. */
    void toProbabilities(double[] values);

    /** @return what the prediction column takes */
    Object predicted(double[] probabilities);

    @Override
    default int count() {
        return (raw() ? 1 : 0) + (probability() ? 1 : 0) + (prediction() ? 1 : 0);
    }

    @Override
    default void write(float[] outputs, int from, Object[] row, int at) {
        double[] logits = new double[outputs()];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = outputs[from + i];
        }
        double[] shares = logits.clone();
        toProbabilities(shares);
        int place = at;
        if (raw()) {
            row[place++] = Vectors.dense(logits);
        }
        if (probability()) {
            row[place++] = Vectors.dense(shares);
        }
        if (prediction()) {
            row[place] = predicted(shares);
        }
    }
}
