package dev.mnistnative.model;

import dev.mnistnative.net.Task;

/** What outputs say, by what they are. */
public final class Probabilities {
    /** From what probability on, exclusive, a label is there. */
    public static final double THRESHOLD = 0.5;

    private Probabilities() {}

    /**
     * Turns outputs [count, outputs] into answers, in place: logits of classes into a softmax of every row, logits of
     * labels into the sigmoid of each; values stay. Computed in double precision.
     */
    public static float[] rows(Task task, float[] outputs, int each) {
        return switch (task) {
            case CLASSES -> Softmax.rows(outputs, each);
            case MULTI_LABEL -> sigmoid(outputs);
            case VALUES -> outputs;
        };
    }

    private static float[] sigmoid(float[] logits) {
        for (int i = 0; i < logits.length; i++) {
            double raised = Math.exp(-Math.abs(logits[i])); // never overflows
            logits[i] = (float) (logits[i] < 0 ? raised / (1 + raised) : 1 / (1 + raised));
        }
        return logits;
    }
}
