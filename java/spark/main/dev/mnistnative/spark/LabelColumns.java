package dev.mnistnative.spark;

/**
 * What a classifier of several labels a row adds: logits, probabilities and predictions, each if wanted. Each label is
 * there or not by itself.
 *
 * @param outputs of the net: labels
 * @param thresholds [labels] above which a label is there
 */
record LabelColumns(int outputs, boolean raw, boolean probability, boolean prediction, double[] thresholds)
        implements ProbabilityColumns {
    @Override
    public void toProbabilities(double[] values) {
        sigmoid(values);
    }

    @Override
    public Object predicted(double[] probabilities) {
        Double[] there = new Double[probabilities.length];
        for (int i = 0; i < there.length; i++) {
            there[i] = probabilities[i] > thresholds[i] ? 1.0 : 0.0;
        }
        return there;
    }

    /** Logits become probabilities, in place. */
    static void sigmoid(double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 / (1 + Math.exp(-values[i]));
        }
    }
}
