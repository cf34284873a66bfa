package dev.mnistnative.metrics;

import java.util.BitSet;
import java.util.List;

/**
 * How a net of several labels a sample does, each there or not. A label is taken to be there where its logit is above
 * 0, which is a probability above ½; it is there where its target is above ½. Computed sample after sample: the same
 * samples in the same order give the same bits.
 */
public final class LabelMetrics implements Metrics {
    private final long counted;
    private final long exact;
    private final long[] truePositives;
    private final long[] predicted;
    private final long[] positives;
    private final List<RocCurve> curves;

    private LabelMetrics(Builder builder) {
        counted = builder.count;
        exact = builder.exact;
        truePositives = builder.truePositives;
        predicted = builder.predicted;
        positives = builder.positives;
        curves = builder.scores.curves(builder::positives);
    }

    /**
     * Of all samples at once.
     *
     * @param logits [n, labels], row-major
     * @param targets [n, labels], 0 or 1 each
     */
    public static LabelMetrics of(float[] logits, float[] targets, int labels) {
        return new Builder(labels).add(logits, targets).build();
    }

    /** Number of labels. */
    public int labels() {
        return positives.length;
    }

    @Override
    public long counted() {
        return counted;
    }

    /** Samples that have the label. */
    public long positives(int label) {
        return positives[label];
    }

    /** Share of the samples of which it is told rightly whether they have the label. */
    public double accuracy(int label) {
        long wrong = positives[label] + predicted[label] - 2 * truePositives[label];
        return (double) (counted - wrong) / counted;
    }

    /** The mean of the labels' accuracies: 1 − Hamming loss. */
    public double accuracy() {
        return Means.ofNumbers(labels(), this::accuracy);
    }

    /** Share of the samples whose labels are all told rightly (scikit-learn's {@code accuracy_score}). */
    public double exactMatch() {
        return (double) exact / counted;
    }

    /** Of the samples that are said to have the label the share that has; NaN if there is none. */
    public double precision(int label) {
        return (double) truePositives[label] / predicted[label];
    }

    /** Of the samples that have the label the share that is said to have; NaN if there is none. */
    public double recall(int label) {
        return (double) truePositives[label] / positives[label];
    }

    /** F1 of a label: 2 TP / (2 TP + FP + FN); NaN if no sample has it and none is said to have. */
    public double f1(int label) {
        return 2.0 * truePositives[label] / (positives[label] + (double) predicted[label]);
    }

    /** The mean F1 of the labels that have one; scikit-learn's macro average with {@code zero_division=nan}. */
    public double macroF1() {
        return Means.ofNumbers(labels(), this::f1);
    }

    /** F1 of all labels' decisions together: 2 Σ TP / (2 Σ TP + Σ FP + Σ FN); NaN if there are no positives at all. */
    public double microF1() {
        double right = 0;
        double all = 0;
        for (int label = 0; label < labels(); label++) {
            right += 2.0 * truePositives[label];
            all += positives[label] + (double) predicted[label];
        }
        return right / all;
    }

    /** The area below a label's ROC curve; NaN where no sample or every sample has it, or there were too many. */
    public double rocAuc(int label) {
        return curves.isEmpty() ? Double.NaN : curves.get(label).area();
    }

    /** The mean area of the labels that have one; NaN if none has. */
    public double rocAuc() {
        return Means.ofNumbers(labels(), this::rocAuc);
    }

    /** Each label's curve; empty where there were too many scores ({@link RocCurve#MOST_SCORES}). */
    public List<RocCurve> rocCurves() {
        return curves;
    }

    /** Takes samples part by part. Not for several threads at once. */
    public static final class Builder {
        private final int labels;
        private final long[] truePositives;
        private final long[] predicted;
        private final long[] positives;
        private final Scores scores;
        private final double[] row;
        private final BitSet truths = new BitSet(); // [n, labels], as long as the scores are kept
        private long exact;
        private int count;

        public Builder(int labels) {
            this.labels = labels;
            truePositives = new long[labels];
            predicted = new long[labels];
            positives = new long[labels];
            scores = new Scores(labels);
            row = new double[labels];
        }

        /**
         * Adds samples.
         *
         * @param logits [n, labels], row-major
         * @param targets [n, labels], 0 or 1 each
         * @throws IllegalArgumentException if the lengths do not fit each other
         */
        public Builder add(float[] logits, float[] targets) {
            ValueMetrics.requireRows(logits, targets, labels);
            for (int start = 0; start < logits.length; start += labels) {
                boolean allRight = true;
                for (int label = 0; label < labels; label++) {
                    boolean there = targets[start + label] > 0.5f;
                    boolean said = logits[start + label] > 0;
                    positives[label] += there ? 1 : 0;
                    predicted[label] += said ? 1 : 0;
                    truePositives[label] += there && said ? 1 : 0;
                    allRight &= there == said;
                    row[label] = logits[start + label];
                    if (there && (long) count * labels + label < RocCurve.MOST_SCORES) {
                        truths.set(count * labels + label);
                    }
                }
                scores.add(row);
                exact += allRight ? 1 : 0;
                count++;
            }
            return this;
        }

        private boolean[] positives(int label) {
            boolean[] there = new boolean[count];
            for (int i = 0; i < count; i++) {
                there[i] = truths.get(i * labels + label);
            }
            return there;
        }

        /** What they come to. The builder is at its end. */
        public LabelMetrics build() {
            return new LabelMetrics(this);
        }
    }
}
