package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;

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

    /** {@code unit} (1/255), {@code raw} (1) or a factor. */
    static PixelScale parse(String text) {
        return switch (text) {
            case "unit" -> new PixelScale(Dataset.UNIT_SCALE);
            case "raw" -> new PixelScale(1);
            default -> factor(text);
        };
    }

    private static PixelScale factor(String text) {
        double factor;
        try {
            factor = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is none of unit, raw and a number");
        }
        return new PixelScale(factor);
    }

    Dataset apply(Dataset data) {
        return data.withScale(factor);
    }
}
