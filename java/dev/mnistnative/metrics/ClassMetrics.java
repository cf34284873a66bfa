package dev.mnistnative.metrics;

import dev.mnistnative.internal.ArgMax;
import java.util.Arrays;
import java.util.List;

/**
 * How a classifier does. All is computed in double precision, sample after sample: the same samples in the same order
 * give the same bits. A sample is taken for the class of its largest logit, the first of equal ones.
 */
public final class ClassMetrics implements Metrics {
    private final Confusion confusion;
    private final Calibration calibration;
    private final long[] ranks;
    private final List<RocCurve> curves;

    private ClassMetrics(Builder builder) {
        confusion = builder.confusion;
        calibration = builder.calibration;
        ranks = builder.ranks;
        int[] labels = builder.labels;
        int count = builder.count;
        curves = builder.scores.curves(label -> {
            boolean[] positive = new boolean[count];
            for (int i = 0; i < count; i++) {
                positive[i] = labels[i] == label;
            }
            return positive;
        });
    }

    /**
     * Of all samples at once.
     *
     * @param logits [labels.length, classes], row-major
     * @param labels of the samples, each a class or ignoreIndex
     * @param ignoreIndex the label of samples that do not count
     */
    public static ClassMetrics of(float[] logits, int[] labels, int classes, long ignoreIndex) {
        return new Builder(classes, ignoreIndex).add(logits, labels).build();
    }

    /** Which classes are taken for which; precision, recall and F1 of each, macro-F1 and Matthews' correlation. */
    public Confusion confusion() {
        return confusion;
    }

    @Override
    public long counted() {
        return Arrays.stream(ranks).sum();
    }

    /** Share of right predictions; NaN if no sample counts. */
    public double accuracy() {
        return topAccuracy(1);
    }

    /**
     * Share of samples whose class is among the k likeliest, of equally likely ones the smaller label first; NaN if no
     * sample counts.
     *
     * @param k 1 or more
     */
    public double topAccuracy(int k) {
        return (double) Arrays.stream(ranks).limit(k).sum() / counted();
    }

    /** Probabilities against shares of right predictions: the expected calibration error comes from it. */
    public Calibration calibration() {
        return calibration;
    }

    /**
     * The area below the ROC curve of a class against all others, its score being the softmax probability; NaN where no
     * sample or every sample is of it, or where there were too many scores ({@link RocCurve#MOST_SCORES}).
     */
    public double rocAuc(int label) {
        return curves.isEmpty() ? Double.NaN : curves.get(label).area();
    }

    /**
     * The mean area of the classes that have one, each counting the same (scikit-learn's {@code
     * roc_auc_score(multi_class="ovr", average="macro")}, which refuses data without all classes); NaN if none has.
     */
    public double rocAuc() {
        return Means.ofNumbers(confusion.classes(), this::rocAuc);
    }

    /** Each class's curve against all others, in the order of the labels; empty where there were too many scores. */
    public List<RocCurve> rocCurves() {
        return curves;
    }

    /** Takes samples part by part. Not for several threads at once. */
    public static final class Builder {
        private final int classes;
        private final long ignoreIndex;
        private final Confusion confusion;
        private final Calibration calibration = new Calibration();
        private final long[] ranks;
        private final Scores scores;
        private final double[] probabilities;
        private int[] labels = new int[0];
        private int count;

        /** @param ignoreIndex the label of samples that do not count */
        public Builder(int classes, long ignoreIndex) {
            this.classes = classes;
            this.ignoreIndex = ignoreIndex;
            confusion = new Confusion(classes);
            ranks = new long[classes];
            scores = new Scores(classes);
            probabilities = new double[classes];
        }

        /**
         * Adds samples.
         *
         * @param logits [samples.length, classes], row-major
         * @param truths the samples' labels, each a class or ignoreIndex
         * @throws IllegalArgumentException if the lengths do not fit each other or a label is none of the classes
         */
        public Builder add(float[] logits, int[] truths) {
            if (logits.length != (long) truths.length * classes) {
                throw new IllegalArgumentException("there are " + logits.length + " logits, but " + truths.length
                        + " samples of " + classes + " classes have " + (long) truths.length * classes);
            }
            for (int i = 0; i < truths.length; i++) {
                if (truths[i] != ignoreIndex) {
                    if (truths[i] < 0 || truths[i] >= classes) {
                        throw new IllegalArgumentException("label " + truths[i] + " of sample " + i
                                + " is none of the classes 0 … " + (classes - 1));
                    }
                    add(logits, i * classes, truths[i]);
                }
            }
            return this;
        }

        private void add(float[] logits, int start, int label) {
            int prediction = ArgMax.of(logits, start, classes);
            softmax(logits, start, prediction);
            confusion.count(label, prediction);
            calibration.add(probabilities[prediction], label == prediction);
            ranks[rank(logits, start, label)]++;
            scores.add(probabilities);
            if (count == labels.length) {
                labels = Arrays.copyOf(labels, Math.max(1024, 2 * count));
            }
            labels[count++] = label;
        }

        private void softmax(float[] logits, int start, int largest) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                probabilities[c] = Math.exp((double) logits[start + c] - logits[start + largest]);
                sum += probabilities[c];
            }
            for (int c = 0; c < classes; c++) {
                probabilities[c] /= sum;
            }
        }

        /** How many classes stand before this one. */
        private int rank(float[] logits, int start, int label) {
            int before = 0;
            for (int c = 0; c < classes; c++) {
                boolean first = logits[start + c] > logits[start + label]
                        || logits[start + c] == logits[start + label] && c < label;
                before += first ? 1 : 0;
            }
            return before;
        }

        /** What they come to. The builder is at its end. */
        public ClassMetrics build() {
            return new ClassMetrics(this);
        }
    }
}
