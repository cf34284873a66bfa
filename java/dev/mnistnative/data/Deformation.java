package dev.mnistnative.data;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * How strongly pictures are deformed, so that a net sees other ones in every epoch. Each picture's own rotation, scale
 * and so on are drawn uniformly from −value … value, about its centre; what lies outside of it is zero; values between
 * pixels are bilinear.
 *
 * <p>Elastic: two fields of noise, uniform in −1 … 1, smoothed by a Gaussian and multiplied, displace each pixel along
 * the width and along the height (P. Simard, D. Steinkraus, J. Platt, "Best practices for convolutional neural networks
 * applied to visual document analysis", 2003).
 *
 * @param rotation degrees, 0 … 180
 * @param scale share by which width and height, each for itself, become larger or smaller: 0 … 0.5
 * @param shear share of the height by which the top and the bottom are moved apart sideways: 0 … 1
 * @param shift pixels along the width and the height, 0 … 1000
 * @param elasticStrength what the smoothed noise is multiplied by, in pixels: 0 … 10000; 0 = not elastic
 * @param elasticSmoothness standard deviation of the Gaussian in pixels, above 0 … 100; 0 where it is not elastic
 */
public record Deformation(
        double rotation, double scale, double shear, double shift, double elasticStrength, double elasticSmoothness) {
    /** Pictures stay as they are. */
    public static final Deformation NONE = new Deformation(0, 0, 0, 0, 0, 0);

    /** For a dozen epochs. */
    public static final Deformation LIGHT = new Deformation(8, 0.08, 0.15, 1, 20, 4);

    /** For a hundred. */
    public static final Deformation STRONG = new Deformation(15, 0.15, 0.15, 1, 38, 4);

    private static final double MOST_ROTATION = 180;
    private static final double MOST_SCALE = 0.5;
    private static final double MOST_SHEAR = 1;
    private static final double MOST_SHIFT = 1000;
    private static final double MOST_STRENGTH = 10_000;
    private static final double MOST_SMOOTHNESS = 100;

    /** @throws IllegalArgumentException that names the value that is out of its bounds */
    public Deformation {
        require("rotate", rotation, MOST_ROTATION);
        require("scale", scale, MOST_SCALE);
        require("shear", shear, MOST_SHEAR);
        require("shift", shift, MOST_SHIFT);
        require("elastic's strength", elasticStrength, MOST_STRENGTH);
        require("elastic's smoothness", elasticSmoothness, MOST_SMOOTHNESS);
        if (elasticStrength > 0 && elasticSmoothness == 0) {
            throw new IllegalArgumentException("elastic's smoothness must be above 0 pixels, e.g. 4");
        }
        elasticSmoothness = elasticStrength == 0 ? 0 : elasticSmoothness;
    }

    private static void require(String name, double value, double most) {
        if (!(value >= 0 && value <= most)) {
            throw new IllegalArgumentException(
                    name + " must be a number of 0 … " + number(most) + ", not " + number(value));
        }
    }

    /**
     * {@code none}, {@code light}, {@code strong} or values as {@link #toString} prints them; those not named are 0.
     *
     * @throws IllegalArgumentException that says what is accepted
     */
    public static Deformation parse(String text) {
        return switch (text) {
            case "none" -> NONE;
            case "light" -> LIGHT;
            case "strong" -> STRONG;
            default -> parseValues(text);
        };
    }

    private static Deformation parseValues(String text) {
        double[] values = new double[6];
        Set<String> named = new HashSet<>();
        for (String part : text.split(",", -1)) {
            String[] pair = part.strip().split("=", 2);
            if (pair.length < 2) {
                throw new IllegalArgumentException("'" + text + "' is none of none, light, strong and values like"
                        + " rotate=10,scale=0.1,shear=0.15,shift=1,elastic=30:4");
            }
            if (!named.add(pair[0])) {
                throw new IllegalArgumentException("'" + text + "' names " + pair[0] + " twice");
            }
            switch (pair[0]) {
                case "rotate" -> values[0] = number(part, pair[1]);
                case "scale" -> values[1] = number(part, pair[1]);
                case "shear" -> values[2] = number(part, pair[1]);
                case "shift" -> values[3] = number(part, pair[1]);
                case "elastic" -> {
                    String[] both = pair[1].split(":", -1);
                    if (both.length != 2) {
                        throw new IllegalArgumentException(
                                "'" + part + "' must be elastic=STRENGTH:SMOOTHNESS, e.g. elastic=30:4");
                    }
                    values[4] = number(part, both[0]);
                    values[5] = number(part, both[1]);
                }
                default ->
                    throw new IllegalArgumentException(
                            "'" + pair[0] + "' is none of rotate, scale, shear, shift and elastic");
            }
        }
        return new Deformation(values[0], values[1], values[2], values[3], values[4], values[5]);
    }

    private static double number(String part, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + part + "' needs a number, but has '" + text + "'", e);
        }
    }

    /** Whether pictures stay as they are. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** Whether pixels are displaced beside the rotation, the scale, the shear and the shift. */
    public boolean isElastic() {
        return elasticStrength > 0;
    }

    /** What {@link #parse} reads: {@code none} or e.g. {@code rotate=10,scale=0.1,elastic=30:4}; zeros are left out. */
    @Override
    public String toString() {
        if (isNone()) {
            return "none";
        }
        StringBuilder text = new StringBuilder();
        append(text, "rotate", rotation);
        append(text, "scale", scale);
        append(text, "shear", shear);
        append(text, "shift", shift);
        append(text, "elastic", elasticStrength);
        return isElastic() ? text + ":" + number(elasticSmoothness) : text.toString();
    }

    private static void append(StringBuilder text, String name, double value) {
        if (value > 0) {
            text.append(text.isEmpty() ? "" : ",").append(name).append('=').append(number(value));
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : String.valueOf(value);
    }
}
