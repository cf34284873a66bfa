package dev.mnistnative.metrics;

import java.util.Arrays;

/**
 * How well a score tells samples that are something (positive) from those that are not (negative): for every threshold
 * the share of positives at or above it by the share of negatives at or above it.
 */
public final class RocCurve {
    /** The most scores, of all samples and classes together, that are kept for curves (64 MiB). */
    public static final int MOST_SCORES = 1 << 23;

    /** A drawing of the curve needs no finer steps; the area is that of all points. */
    private static final double STEP = 1.0 / 256;

    private final double area;
    private final double[] falsePositiveRates;
    private final double[] truePositiveRates;

    private RocCurve(double area, double[] falsePositiveRates, double[] truePositiveRates) {
        this.area = area;
        this.falsePositiveRates = falsePositiveRates;
        this.truePositiveRates = truePositiveRates;
    }

    /**
     * The curve of these samples.
     *
     * @param scores [n] any order of the samples, the likeliest with the largest
     * @param positive [n] whether each is what the score is for
     */
    public static RocCurve of(double[] scores, boolean[] positive) {
        if (scores.length != positive.length) {
            throw new IllegalArgumentException(
                    "there are " + scores.length + " scores for " + positive.length + " samples: give one for each");
        }
        int count = 0;
        for (boolean is : positive) {
            count += is ? 1 : 0;
        }
        double[] positives = new double[count];
        double[] negatives = new double[positive.length - count];
        int at = 0;
        for (int i = 0; i < scores.length; i++) {
            if (positive[i]) {
                positives[at++] = scores[i];
            } else {
                negatives[i - at] = scores[i];
            }
        }
        Arrays.sort(positives);
        Arrays.sort(negatives);
        return ofSorted(positives, negatives);
    }

    /** From the largest score down, those that are equal at once: among them half the pairs are in the right order. */
    private static RocCurve ofSorted(double[] positives, double[] negatives) {
        int p = positives.length;
        int n = negatives.length;
        double[] x = new double[2 * (int) (1 / STEP) + 4];
        double[] y = new double[x.length];
        int points = 1;
        double pairs = 0; // in the right order: whole numbers and halves, exact
        while (p > 0 || n > 0) {
            double score = p == 0 || n > 0 && Double.compare(negatives[n - 1], positives[p - 1]) > 0
                    ? negatives[n - 1]
                    : positives[p - 1];
            int equalPositives = countOf(score, positives, p);
            int equalNegatives = countOf(score, negatives, n);
            p -= equalPositives;
            n -= equalNegatives;
            pairs += equalPositives * (n + equalNegatives / 2.0);
            double right = rate(n, negatives);
            double up = rate(p, positives);
            if (right - x[points - 1] + up - y[points - 1] >= STEP || p == 0 && n == 0) {
                x[points] = right;
                y[points++] = up;
            }
        }
        return new RocCurve(
                pairs / ((double) positives.length * negatives.length),
                Arrays.copyOf(x, points),
                Arrays.copyOf(y, points));
    }

    private static int countOf(double score, double[] sorted, int end) {
        int start = end;
        while (start > 0 && Double.compare(sorted[start - 1], score) == 0) {
            start--;
        }
        return end - start;
    }

    private static double rate(int left, double[] all) {
        return all.length == 0 ? 0 : (double) (all.length - left) / all.length;
    }

    /**
     * The area below the curve: the share of all pairs of a positive and a negative in which the positive has the
     * larger score, equal scores counting half (J. Hanley, B. McNeil, "The meaning and use of the area under a receiver
     * operating characteristic curve", 1982). NaN where there are no positives or no negatives.
     */
    public double area() {
        return area;
    }

    /** The curve's x from (0, 0) on: shares of the negatives. Thinned out to what can be drawn; a copy. */
    public double[] falsePositiveRates() {
        return falsePositiveRates.clone();
    }

    /** The curve's y: shares of the positives. */
    public double[] truePositiveRates() {
        return truePositiveRates.clone();
    }
}
