package dev.mnistnative.report.html;

import dev.mnistnative.image.PictureFiles;
import java.awt.image.BufferedImage;

/** Samples and weights as small pictures. */
final class Pictures {
    private static final int POSITIVE = 0xd9480f;
    private static final int NEGATIVE = 0x1971c2;

    private Pictures() {}

    /** Grey, the smallest value black and the largest white. */
    static BufferedImage sample(float[] values, int width) {
        return sample(values, values, width);
    }

    /** Grey, as black and white as another's smallest and largest value are; what lies beyond is cut off. */
    static BufferedImage sample(float[] values, float[] scale, int width) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : scale) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        byte[] pixels = new byte[values.length];
        for (int i = 0; i < pixels.length && most > least; i++) {
            float share = Math.max(0, Math.min(1, (values[i] - least) / (most - least)));
            pixels[i] = (byte) Math.round(share * 255);
        }
        return PictureFiles.gray(pixels, width, values.length / width);
    }

    /** Orange above zero, blue below, transparent at zero: it stands out from a bright page and from a dark one. */
    static BufferedImage weights(float[] values, int width) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        BufferedImage picture = new BufferedImage(width, values.length / width, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < values.length && largest > 0; i++) {
            int alpha = Math.round(Math.abs(values[i]) / largest * 255);
            picture.setRGB(i % width, i / width, alpha << 24 | (values[i] > 0 ? POSITIVE : NEGATIVE));
        }
        return picture;
    }
}
