package dev.mnistnative.net;

/**
 * How a model does on a data set. Arrays are this object's own: do not change them.
 *
 * @param samples that count: those whose label is not ignored
 * @param loss mean cross-entropy; NaN if no sample counts
 * @param correct right predictions
 * @param confusion [classes][classes] samples of each label (row) by their prediction (column)
 * @param predictions [size] the class with the largest logit, of ignored samples too
 */
public record ModelEvaluation(int samples, double loss, int correct, int[][] confusion, int[] predictions) {
    /** Share of right predictions; NaN if no sample counts. */
    public double accuracy() {
        return (double) correct / samples;
    }

    /** Of the samples predicted to be of this class the share that is; NaN if there is none. */
    public double precision(int label) {
        long predicted = 0;
        for (int[] row : confusion) {
            predicted += row[label];
        }
        return (double) confusion[label][label] / predicted;
    }

    /** Of the samples of this class the share that is predicted to be; NaN if there is none. */
    public double recall(int label) {
        long there = 0;
        for (int count : confusion[label]) {
            there += count;
        }
        return (double) confusion[label][label] / there;
    }
}
