package dev.mnistnative.metrics;

/**
 * How a net of real-valued outputs does. Sums are kept in double precision, sample after sample: the same samples in
 * the same order give the same bits.
 */
public final class ValueMetrics implements Metrics {
    private final long counted;
    private final double[] squares;
    private final double[] magnitudes;
    private final double[] spreads;

    private ValueMetrics(Builder builder) {
        counted = builder.count;
        squares = builder.squares;
        magnitudes = builder.magnitudes;
        spreads = builder.spreads;
    }

    /**
     * Of all samples at once.
     *
     * @param predictions [n, outputs], row-major
     * @param targets [n, outputs]
     */
    public static ValueMetrics of(float[] predictions, float[] targets, int outputs) {
        return new Builder(outputs).add(predictions, targets).build();
    }

    static void requireRows(float[] made, float[] targets, int columns) {
        if (made.length != targets.length || made.length % columns != 0) {
            throw new IllegalArgumentException("there are " + made.length + " outputs and " + targets.length
                    + " targets: give whole samples of " + columns + " each, as many of the one as of the other");
        }
    }

    /** Number of outputs. */
    public int outputs() {
        return squares.length;
    }

    @Override
    public long counted() {
        return counted;
    }

    /** Mean squared error of an output. */
    public double mse(int output) {
        return squares[output] / counted;
    }

    /** Mean squared error of all outputs. */
    public double mse() {
        return Means.ofNumbers(outputs(), this::mse);
    }

    /** Mean absolute error of an output. */
    public double mae(int output) {
        return magnitudes[output] / counted;
    }

    /** Mean absolute error of all outputs. */
    public double mae() {
        return Means.ofNumbers(outputs(), this::mae);
    }

    /**
     * R² of an output, the coefficient of determination: 1 − Σ (target − prediction)² / Σ (target − mean target)². NaN
     * where all targets are the same number: there is nothing to explain (scikit-learn says 0, or 1 where the
     * predictions are right).
     */
    public double r2(int output) {
        return spreads[output] == 0 ? Double.NaN : 1 - squares[output] / spreads[output];
    }

    /**
     * The mean R² of the outputs that have one, each counting the same (scikit-learn's {@code uniform_average}); NaN if
     * none has.
     */
    public double r2() {
        return Means.ofNumbers(outputs(), this::r2);
    }

    /**
     * R² of all outputs together: 1 − Σ Σ (target − prediction)² / Σ Σ (target − its output's mean)², scikit-learn's
     * {@code variance_weighted}. For many outputs of which some hardly vary, pixels say; NaN where none varies.
     */
    public double r2OfAll() {
        double left = 0;
        double spread = 0;
        for (int output = 0; output < outputs(); output++) {
            left += spreads[output] == 0 ? 0 : squares[output];
            spread += spreads[output];
        }
        return spread == 0 ? Double.NaN : 1 - left / spread;
    }

    /** Takes samples part by part. Not for several threads at once. */
    public static final class Builder {
        private final int outputs;
        private final double[] squares;
        private final double[] magnitudes;
        private final double[] means;
        private final double[] spreads;
        private long count;

        public Builder(int outputs) {
            this.outputs = outputs;
            squares = new double[outputs];
            magnitudes = new double[outputs];
            means = new double[outputs];
            spreads = new double[outputs];
        }

        /**
         * Adds samples; the targets' means and squared deviations are brought up to date as B. Welford does ("Note on a
         * method for calculating corrected sums of squares and products", 1962).
         *
         * @param predictions [n, outputs], row-major
         * @param targets [n, outputs]
         * @throws IllegalArgumentException if the lengths do not fit each other
         */
        public Builder add(float[] predictions, float[] targets) {
            requireRows(predictions, targets, outputs);
            for (int start = 0; start < targets.length; start += outputs) {
                count++;
                for (int o = 0; o < outputs; o++) {
                    double target = targets[start + o];
                    double error = predictions[start + o] - target;
                    squares[o] += error * error;
                    magnitudes[o] += Math.abs(error);
                    double fromMean = target - means[o];
                    means[o] += fromMean / count;
                    spreads[o] += fromMean * (target - means[o]);
                }
            }
            return this;
        }

        /** What they come to. The builder is at its end. */
        public ValueMetrics build() {
            return new ValueMetrics(this);
        }
    }
}
