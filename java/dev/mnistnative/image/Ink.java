package dev.mnistnative.image;

import java.util.Arrays;

/** Tells the drawing from its ground. */
final class Ink {
    /** What differs less from the ground than this share of full brightness is no drawing. */
    private static final float FAINTEST = 0.08f;

    /** The ground's noise in standard deviations that is taken off, and that the drawing must exceed. */
    private static final float FLOOR_DEVIATIONS = 3;

    private static final float DRAWING_DEVIATIONS = 6;

    /** Of the border's pixels the share that is surely ground: the digit may touch the border a little. */
    private static final double GROUND_SHARE = 0.9;

    /** Of a normal distribution this share lies within so many standard deviations. */
    private static final float DEVIATIONS_OF_SHARE = 1.645f;

    private Ink() {}

    /**
     * Ink on a ground of 0: 1 where the pen was, whichever of the two was darker. The ground is the median of the
     * border's pixels, its noise is taken off, and the strength of the ink is the median of the strong half. Where the
     * drawing itself covers much of the border, the two shades of the picture are told apart by their shapes.
     *
     * @throws UnreadableImageException if nothing stands out
     */
    static GrayImage of(GrayImage image) {
        float[] border = image.border();
        float ground = Quantiles.of(border, 0.5);
        // not the median deviation: half of the noise around black or white is cut off, and it would be 0
        float noise = Quantiles.of(distances(border, ground), GROUND_SHARE) / DEVIATIONS_OF_SHARE;
        float brighter = 0;
        float darker = 0;
        for (float value : image.values()) {
            brighter = Math.max(brighter, value - ground);
            darker = Math.max(darker, ground - value);
        }
        float strongest = Math.max(brighter, darker);
        if (strongest >= Math.max(FAINTEST, DRAWING_DEVIATIONS * noise)) {
            return onGround(image, ground, brighter >= darker, strongest, noise);
        }
        Polarity.Shades shades = Polarity.of(image);
        float contrast = Math.abs(shades.ink() - shades.ground());
        if (contrast < FAINTEST) {
            throw new UnreadableImageException("nothing stands out from the ground");
        }
        return onGround(image, shades.ground(), shades.ink() > shades.ground(), contrast, shades.noise());
    }

    private static GrayImage onGround(GrayImage image, float ground, boolean bright, float strongest, float noise) {
        float[] values = image.values().clone();
        float sign = bright ? 1 : -1;
        float floor = Math.min(strongest / 4, FLOOR_DEVIATIONS * noise);
        for (int i = 0; i < values.length; i++) {
            values[i] = sign * (values[i] - ground);
        }
        float full = strength(values, strongest / 2);
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.max(0, Math.min(1, (values[i] - floor) / (full - floor)));
        }
        return new GrayImage(image.width(), image.height(), values);
    }

    static float strength(float[] values, float atLeast) {
        float[] strong = new float[values.length];
        int count = 0;
        for (float value : values) {
            if (value >= atLeast) {
                strong[count++] = value;
            }
        }
        return Quantiles.of(Arrays.copyOf(strong, count), 0.5);
    }

    private static float[] distances(float[] values, float from) {
        float[] distances = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            distances[i] = Math.abs(values[i] - from);
        }
        return distances;
    }
}
