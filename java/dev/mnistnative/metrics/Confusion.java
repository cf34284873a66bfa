package dev.mnistnative.metrics;

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
        this(classes);
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != ignoreIndex) {
                count(labels[i], predictions[i]);
            }
        }
    }

    /** Of no samples yet. */
    Confusion(int classes) {
        matrix = classes <= LARGEST_MATRIX ? new int[classes][classes] : null;
        samples = new int[classes];
        predicted = new int[classes];
        right = new int[classes];
    }

    void count(int label, int prediction) {
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

    /** F1 of this class: 2 TP / (2 TP + FP + FN); NaN if no sample is of it and none is predicted to be. */
    public double f1(int label) {
        return 2.0 * right[label] / (samples[label] + (double) predicted[label]);
    }

    /**
     * The mean F1 of the classes that have one, each counting the same; NaN if none has. It is scikit-learn's
     * {@code f1_score(average="macro")}, which leaves out the classes that occur in neither labels nor predictions.
     */
    public double macroF1() {
        return Means.ofNumbers(classes(), this::f1);
    }

    /**
     * Matthews' correlation of labels and predictions, −1 … 1, by all classes at once (J. Gorodkin, "Comparing two
     * K-category assignments by a K-category correlation coefficient", 2004): with n samples of which c are right, and
     * t_k of class k of which p_k are predicted, (c n − Σ t_k p_k) / √((n² − Σ p_k²) (n² − Σ t_k²)). NaN where all
     * samples or all predictions are of one class, where nothing can correlate (scikit-learn says 0).
     */
    public double matthews() {
        double count = 0;
        double hits = 0;
        double both = 0;
        double labels = 0;
        double predictions = 0;
        for (int k = 0; k < classes(); k++) {
            count += samples[k];
            hits += right[k];
            both += (double) samples[k] * predicted[k];
            labels += (double) samples[k] * samples[k];
            predictions += (double) predicted[k] * predicted[k];
        }
        return (hits * count - both) / Math.sqrt((count * count - predictions) * (count * count - labels));
    }

    /**
     * [classes][classes] the samples of each label (row) by their prediction (column); empty where there are too many
     * classes. Not copied: do not change it.
     */
    public Optional<int[][]> matrix() {
        return Optional.ofNullable(matrix);
    }
}
