package dev.mnistnative.image;

/**
 * Brings a picture of one digit into the form that MNIST's have: bright ink on black, fitted into 20 × 20 pixels with
 * its proportions kept, its centre of mass in the middle of 28 × 28. (Source: Y. LeCun, C. Cortes, C. Burges, "The
 * MNIST database of handwritten digits".) The ground should be even; ink may be brighter or darker than it.
 */
public final class DigitNormalizer {
    /** Width and height of the result. */
    public static final int SIDE = 28;

    private static final int BOX = 20;
    private static final int CENTRE = SIDE / 2;

    /** Larger pictures are made smaller first: 5 pixels for each of the box leave room for margins. */
    private static final int WORKING_SIDE = 280;

    /** Strength of ink that is left as it is. */
    private static final float FULL = 0.8f;

    private DigitNormalizer() {}

    /**
     * The digit in a picture.
     *
     * @return [28, 28] unsigned bytes, row-major; 0 is the ground
     * @throws UnreadableImageException if nothing stands out from the ground
     */
    public static byte[] normalize(GrayImage picture) {
        GrayImage ink = Drawing.in(shrunk(picture, WORKING_SIDE));
        return centred(strengthened(fitted(cropped(ink), BOX)));
    }

    private static GrayImage shrunk(GrayImage image, int side) {
        return Math.max(image.width(), image.height()) <= side ? image : fitted(image, side);
    }

    private static GrayImage fitted(GrayImage image, int side) {
        double factor = (double) side / Math.max(image.width(), image.height());
        return image.scaled(Math.max(1, (int) Math.round(image.width() * factor)), Math.max(1, (int)
                Math.round(image.height() * factor)));
    }

    private static GrayImage cropped(GrayImage ink) {
        int left = ink.width();
        int top = ink.height();
        int right = -1;
        int bottom = -1;
        for (int i = 0; i < ink.values().length; i++) {
            if (ink.values()[i] > 0) {
                left = Math.min(left, i % ink.width());
                right = Math.max(right, i % ink.width());
                top = Math.min(top, i / ink.width());
                bottom = Math.max(bottom, i / ink.width());
            }
        }
        if (right < 0) {
            throw new UnreadableImageException("nothing stands out from the ground");
        }
        return ink.crop(left, top, right - left + 1, bottom - top + 1);
    }

    /** A pen that is thin beside the digit has lost its strength as the picture was shrunk. */
    private static GrayImage strengthened(GrayImage digit) {
        float[] values = digit.values().clone();
        float strongest = 0;
        for (float value : values) {
            strongest = Math.max(strongest, value);
        }
        float full = Ink.strength(values, strongest / 2);
        if (full >= FULL) {
            return digit;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.min(1, values[i] / full);
        }
        return new GrayImage(digit.width(), digit.height(), values);
    }

    private static byte[] centred(GrayImage digit) {
        double sum = 0;
        double sumX = 0;
        double sumY = 0;
        for (int i = 0; i < digit.values().length; i++) {
            float value = digit.values()[i];
            sum += value;
            sumX += value * (i % digit.width());
            sumY += value * (i / digit.width());
        }
        int left = start(sumX / sum, digit.width());
        int top = start(sumY / sum, digit.height());
        byte[] pixels = new byte[SIDE * SIDE];
        for (int i = 0; i < digit.values().length; i++) {
            int to = (top + i / digit.width()) * SIDE + left + i % digit.width();
            pixels[to] = (byte) Math.round(Math.min(1, digit.values()[i]) * 255);
        }
        return pixels;
    }

    /** Where to begin so that the centre of mass lies in the middle, as far as nothing is cut off. */
    private static int start(double centreOfMass, int length) {
        return Math.max(0, Math.min(SIDE - length, (int) Math.round(CENTRE - centreOfMass)));
    }
}
