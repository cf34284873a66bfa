package dev.mnistnative.data;

/**
 * The normal distribution's quantiles by rational functions: algorithm AS 241's PPND7 (M. Wichura, "The percentage
 * points of the normal distribution", Applied Statistics 37, 1988), relative error about 1e-7. Beside + − × ÷ and the
 * square root, which IEEE 754 fixes to the bit, it takes StrictMath's logarithm alone: the same bits on every machine.
 */
final class NormalQuantile {
    private static final double CENTRE = 0.425;
    private static final double CENTRE_SQUARED = CENTRE * CENTRE;
    private static final double FAR = 5;

    /** Numerators and, but for their 1, denominators; the highest power first. */
    private static final double[] A = {59.10937472, 159.29113202, 50.434271938, 3.3871327179};

    private static final double[] B = {67.1875636, 78.757757664, 17.895169469, 1};
    private static final double[] C = {0.17023821103, 1.3067284816, 2.75681539, 1.4234372777};
    private static final double[] D = {0.12021132975, 0.7370016425, 1};
    private static final double[] E = {0.017337203997, 0.42868294337, 3.081226386, 6.657905115};
    private static final double[] F = {0.012258202635, 0.24197894225, 1};

    private NormalQuantile() {}

    /** @param p above 0 and below 1 */
    static double of(double p) {
        double q = p - 0.5;
        if (Math.abs(q) <= CENTRE) {
            double r = CENTRE_SQUARED - q * q;
            return q * value(A, r) / value(B, r);
        }
        double r = Math.sqrt(-StrictMath.log(q < 0 ? p : 1 - p));
        double size = r <= FAR ? value(C, r - 1.6) / value(D, r - 1.6) : value(E, r - FAR) / value(F, r - FAR);
        return q < 0 ? -size : size;
    }

    private static double value(double[] coefficients, double x) {
        double sum = 0;
        for (double coefficient : coefficients) {
            sum = sum * x + coefficient;
        }
        return sum;
    }
}
