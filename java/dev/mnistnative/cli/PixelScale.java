package dev.mnistnative.cli;

/**
 * What pixels are multiplied by before the net sees them.
 *
 * @param factor finite and above 0
 */
record PixelScale(double factor) {
    PixelScale {
        if (!(factor > 0) || !Double.isFinite(factor)) {
            throw new IllegalArgumentException("the scale " + factor + " must be a finite number above 0");
        }
    }
}
