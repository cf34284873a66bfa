package dev.mnistnative.metrics;

/**
 * Whether a classifier is as often right as it says: its predictions in bins of equal width by the probability that it
 * gives them. Bin m of M holds those of (m / M, (m + 1) / M].
 */
public final class Calibration {
    /** As many as C. Guo et al., "On Calibration of Modern Neural Networks", 2017, take. */
    public static final int BINS = 15;

    private final long[] samples = new long[BINS];
    private final long[] right = new long[BINS];
    private final double[] confidence = new double[BINS];

    Calibration() {}

    /** @param probability of the predicted class */
    void add(double probability, boolean isRight) {
        int bin = (int) Math.ceil(probability * BINS) - 1;
        bin = Math.max(0, Math.min(BINS - 1, bin));
        samples[bin]++;
        right[bin] += isRight ? 1 : 0;
        confidence[bin] += probability;
    }

    /** Predictions in a bin. */
    public long samples(int bin) {
        return samples[bin];
    }

    /** Share of right ones among them; NaN if there are none. */
    public double accuracy(int bin) {
        return (double) right[bin] / samples[bin];
    }

    /** Mean probability of them; NaN if there are none. */
    public double confidence(int bin) {
        return confidence[bin] / samples[bin];
    }

    /**
     * Expected calibration error (Guo et al., as above): Σ over the {@link #BINS} bins of n_m / n · |accuracy_m −
     * confidence_m|. 0 is best; NaN if there are no predictions.
     */
    public double expectedError() {
        double sum = 0;
        long count = 0;
        for (int bin = 0; bin < BINS; bin++) {
            sum += Math.abs(right[bin] - confidence[bin]);
            count += samples[bin];
        }
        return sum / count;
    }
}
