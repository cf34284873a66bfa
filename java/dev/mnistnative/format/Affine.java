package dev.mnistnative.format;

import dev.mnistnative.data.Standardizer;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a graph does to each feature between two layers or before the first: x · factor · scale + shift. The factor is
 * of what came first and is the same for all features; scale and shift have one number, or one for each feature.
 */
final class Affine {
    private static final double[] ONE = {1};
    private static final double[] ZERO = {0};

    private double factor = 1;
    private double[] scale = ONE;
    private double[] shift = ZERO;

    boolean isIdentity() {
        return factor == 1 && isAll(scale, 1) && isAll(shift, 0);
    }

    private static boolean isAll(double[] values, double value) {
        return Arrays.stream(values).allMatch(each -> each == value);
    }

    /** Multiplies what came so far. */
    void multiply(double[] by) {
        if (by.length == 1 && isAll(scale, 1) && isAll(shift, 0)) {
            factor *= by[0];
            return;
        }
        scale = combined(scale, by, true);
        shift = combined(shift, by, true);
    }

    void add(double[] what) {
        shift = combined(shift, what, false);
    }

    private static double[] combined(double[] a, double[] b, boolean product) {
        FileContents.require(
                a.length == b.length || a.length == 1 || b.length == 1,
                "constants have " + a.length + " and " + b.length + " features");
        double[] combined = new double[Math.max(a.length, b.length)];
        for (int i = 0; i < combined.length; i++) {
            double left = of(a, i);
            combined[i] = product ? left * of(b, i) : left + of(b, i);
        }
        return combined;
    }

    private static double of(double[] values, int feature) {
        return values[values.length == 1 ? 0 : feature];
    }

    /** How many features there are by its constants; 1 if they are the same for all. */
    private int width() {
        return Math.max(scale.length, shift.length);
    }

    private void requireWidth(int features, String layer) {
        FileContents.require(
                width() == 1 || width() == features,
                "constants beside layer \"" + layer + "\" have " + width() + " numbers, but there are " + features);
    }

    /** The layer that does this to its inputs first. */
    LinearLayer before(LinearLayer layer) {
        if (isIdentity()) {
            return layer;
        }
        requireWidth(layer.fanIn(), layer.name());
        float[] weight = new float[layer.weight().length];
        float[] bias = new float[layer.fanOut()];
        for (int o = 0; o < layer.fanOut(); o++) {
            double sum = layer.bias()[o];
            for (int i = 0; i < layer.fanIn(); i++) {
                int at = o * layer.fanIn() + i;
                sum += layer.weight()[at] * of(shift, i);
                weight[at] = (float) (layer.weight()[at] * factor * of(scale, i));
            }
            bias[o] = (float) sum;
        }
        return new LinearLayer(layer.name(), layer.fanIn(), layer.fanOut(), weight, bias);
    }

    /** The layer that does this to its outputs. */
    LinearLayer after(LinearLayer layer) {
        requireWidth(layer.fanOut(), layer.name());
        float[] weight = layer.weight().clone();
        float[] bias = new float[layer.fanOut()];
        for (int o = 0; o < layer.fanOut(); o++) {
            double by = factor * of(scale, o);
            bias[o] = (float) (layer.bias()[o] * by + of(shift, o));
            for (int i = o * layer.fanIn(); by != 1 && i < (o + 1) * layer.fanIn(); i++) {
                weight[i] = (float) (weight[i] * by);
            }
        }
        return new LinearLayer(layer.name(), layer.fanIn(), layer.fanOut(), weight, bias);
    }

    /**
     * The same as preprocessing of so many features: a scale, then a standardisation. Empty where it cannot be that:
     * something is turned around or lost.
     */
    Optional<Preprocessing> asPreprocessing(int features, String layer) {
        requireWidth(features, layer);
        boolean possible = factor > 0
                && Double.isFinite(factor)
                && Arrays.stream(scale).allMatch(s -> s > 0 && Double.isFinite(1 / s))
                && Arrays.stream(shift).allMatch(Double::isFinite);
        if (!possible) {
            return Optional.empty();
        }
        Preprocessing preprocessing =
                factor == 1 ? Preprocessing.NONE : Preprocessing.NONE.withScaling(Scaling.all(factor));
        if (isAll(scale, 1) && isAll(shift, 0)) {
            return Optional.of(preprocessing.withImpliedRange());
        }
        double[] mean = new double[features];
        double[] std = new double[features];
        for (int f = 0; f < features; f++) {
            std[f] = 1 / of(scale, f);
            mean[f] = of(shift, f) == 0 ? 0 : -of(shift, f) / of(scale, f);
        }
        return Optional.of(
                preprocessing.withStandardizer(Standardizer.of(mean, std)).withImpliedRange());
    }
}
