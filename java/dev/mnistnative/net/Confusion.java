package dev.mnistnative.net;

import java.util.Optional;

/**
 * Which classes are taken for which. The counts of each class are always there; the matrix of all pairs only up to
 * {@link #LARGEST_MATRIX} classes, since it grows with their square: 30,000 would take 3.6 GB.
 */
public final class Confusion {
    /** The most classes that all pairs are counted of. */
    public static final int LARGEST_MATRIX = 1000;

    private final int[][] matrix; // null: too many classes
    private final int[] samples;
    private final int[] predicted;
    private final int[] right;

    /**
     * Counts samples.
     *
     * @param classes of the net
     * @param labels of the samples, each a class or one that is ignored
     * @param predictions [labels.length] the classes that they are taken for
     * @param ignoreIndex the label of samples that do not count
     */
    public Confusion(int classes, int[] labels, int[] predictions, long ignoreIndex) {
        matrix = classes <= LARGEST_MATRIX ? new int[classes][classes] : null;
        samples = new int[classes];
        predicted = new int[classes];
        right = new int[classes];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != ignoreIndex) {
                count(labels[i], predictions[i]);
            }
        }
    }

    private void count(int label, int prediction) {
        samples[label]++;
        predicted[prediction]++;
        right[label] += label == prediction ? 1 : 0;
        if (matrix != null) {
            matrix[label][prediction]++;
        }
    }

    /** Number of classes. */
    public int classes() {
        return samples.length;
    }

    /** Samples of this class that count. */
    public int samples(int label) {
        return samples[label];
    }

    /** Of the samples predicted to be of this class the share that is; NaN if there is none. */
    public double precision(int label) {
        return (double) right[label] / predicted[label];
    }

    /** Of the samples of this class the share that is predicted to be; NaN if there is none. */
    public double recall(int label) {
        return (double) right[label] / samples[label];
    }

    /**
     * [classes][classes] the samples of each label (row) by their prediction (column); empty where there are too many
     * classes. Not copied: do not change it.
     */
    public Optional<int[][]> matrix() {
        return Optional.ofNullable(matrix);
    }
}
