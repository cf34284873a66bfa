package dev.mnistnative.data;

import java.util.Arrays;

/**
 * Per-feature standardisation, (x − mean) / std, fitted on the training part alone. The standard deviation is that of
 * the population (divided by n); a feature that never changes gets 1 and so becomes 0. Sums are float64.
 */
public final class Standardizer {
    private final double[] mean;
    private final double[] std;

    private Standardizer(double[] mean, double[] std) {
        this.mean = mean;
        this.std = std;
    }

    /** Means and deviations of the values that the network would see (bytes: scaled). */
    public static Standardizer fit(Dataset train) {
        double[] first = toDoubles(train.sample(0));
        double[] mean = meanFrom(train, first);
        double[] std = new double[mean.length];
        forEachValue(train, (f, x) -> std[f] += (x - mean[f]) * (x - mean[f]));
        for (int f = 0; f < std.length; f++) {
            std[f] = std[f] == 0 ? 1 : Math.sqrt(std[f] / train.size());
        }
        return new Standardizer(mean, std);
    }

    /**
     * A standardizer of known values, e.g. those kept with a model.
     *
     * @param mean [features], finite
     * @param std [features], finite and above 0
     */
    public static Standardizer of(double[] mean, double[] std) {
        if (mean.length != std.length || !Arrays.stream(mean).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("mean and std must be of equal length, and mean finite");
        }
        if (!Arrays.stream(std).allMatch(s -> s > 0 && Double.isFinite(s))) {
            throw new IllegalArgumentException("std must be finite and above 0");
        }
        return new Standardizer(mean.clone(), std.clone());
    }

    /**
     * The samples standardised, as float32 in new memory.
     *
     * @throws IllegalArgumentException if the features are not as many as those fitted
     */
    public Dataset apply(Dataset data) {
        if (data.features() != mean.length) {
            throw new IllegalArgumentException("the data has " + data.features() + " features, but the standardizer was"
                    + " fitted on " + mean.length);
        }
        return data.map((f, x) -> (x - mean[f]) / std[f]);
    }

    /** The values [count, features] of one or many samples standardised, in a new array. */
    public float[] apply(float[] values) {
        if (values.length % mean.length != 0) {
            throw new IllegalArgumentException("there are " + values.length + " values, but the standardizer was fitted"
                    + " on samples of " + mean.length);
        }
        float[] standardized = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int f = i % mean.length;
            standardized[i] = (float) ((values[i] - mean[f]) / std[f]);
        }
        return standardized;
    }

    /** [features]; a copy. */
    public double[] mean() {
        return mean.clone();
    }

    /** [features], each above 0; a copy. */
    public double[] std() {
        return std.clone();
    }

    /** Whether every mean and deviation is the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Standardizer that && Arrays.equals(mean, that.mean) && Arrays.equals(std, that.std);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
    }

    /** Sums the differences from the first sample, so that the mean of a feature that never changes is exact. */
    private static double[] meanFrom(Dataset train, double[] first) {
        double[] sum = new double[first.length];
        forEachValue(train, (f, x) -> sum[f] += x - first[f]);
        for (int f = 0; f < sum.length; f++) {
            sum[f] = first[f] + sum[f] / train.size();
        }
        return sum;
    }

    private interface ValueVisitor {
        void accept(int feature, double value);
    }

    private static void forEachValue(Dataset data, ValueVisitor visitor) {
        Samples samples = data.samples();
        float[] row = new float[data.features()];
        for (int i = 0; i < samples.size(); i++) {
            samples.copySample(i, row);
            for (int f = 0; f < row.length; f++) {
                visitor.accept(f, row[f]);
            }
        }
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
