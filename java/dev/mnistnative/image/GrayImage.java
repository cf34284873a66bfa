package dev.mnistnative.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * One channel of an image, row-major.
 *
 * @param width 1 or more
 * @param height 1 or more
 * @param values [height, width]; 0 is black, 1 is white
 */
public record GrayImage(int width, int height, float[] values) {
    // ITU-R BT.601, as digitisers of MNIST's time used it
    private static final float RED = 0.299f;
    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;
    private static final int OPAQUE = 255;

    public GrayImage {
        if (width < 1 || height < 1 || values.length != width * height) {
            throw new IllegalArgumentException(
                    "an image of " + width + " x " + height + " pixels cannot have " + values.length + " values");
        }
    }

    /** Unsigned bytes [height, width]. */
    public static GrayImage ofBytes(int width, int height, byte[] pixels) {
        float[] values = new float[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (pixels[i] & 0xff) / 255f;
        }
        return new GrayImage(width, height, values);
    }

    /**
     * The brightness of a picture of any colour model. What is transparent shows a ground that the drawing stands out
     * from: black below a bright drawing, white below a dark one.
     */
    public static GrayImage of(BufferedImage picture) {
        ColorModel colors = picture.getColorModel();
        boolean plainGray = colors.getNumComponents() == 1 && !(colors instanceof IndexColorModel);
        return plainGray ? ofGray(picture.getRaster(), colors.getComponentSize(0)) : ofColors(picture);
    }

    /** The samples as they are: {@code getRGB} would take them for linear light and brighten them. */
    private static GrayImage ofGray(Raster raster, int bits) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        float[] values = raster.getSamples(raster.getMinX(), raster.getMinY(), width, height, 0, (float[]) null);
        float white = (1L << bits) - 1;
        for (int i = 0; i < values.length; i++) {
            values[i] /= white;
        }
        return new GrayImage(width, height, values);
    }

    private static GrayImage ofColors(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        int[] argb = picture.getRGB(0, 0, width, height, null, 0, width);
        float ground = picture.getColorModel().hasAlpha() ? ground(argb) : 0;
        float[] values = new float[argb.length];
        for (int i = 0; i < values.length; i++) {
            float alpha = alpha(argb[i]) / (float) OPAQUE;
            values[i] = alpha * brightness(argb[i]) + (1 - alpha) * ground;
        }
        return new GrayImage(width, height, values);
    }

    private static float ground(int[] argb) {
        double sum = 0;
        double weight = 0;
        for (int pixel : argb) {
            sum += alpha(pixel) * (double) brightness(pixel);
            weight += alpha(pixel);
        }
        return weight > 0 && sum / weight > 0.5 ? 0 : 1;
    }

    private static int alpha(int argb) {
        return argb >>> 24;
    }

    private static float brightness(int argb) {
        return (RED * (argb >> 16 & 0xff) + GREEN * (argb >> 8 & 0xff) + BLUE * (argb & 0xff)) / OPAQUE;
    }

    /** The part of w × h pixels whose upper left corner is (x, y). */
    GrayImage crop(int x, int y, int w, int h) {
        float[] part = new float[w * h];
        for (int row = 0; row < h; row++) {
            System.arraycopy(values, (y + row) * width + x, part, row * w, w);
        }
        return new GrayImage(w, h, part);
    }

    /** The same picture at w × h pixels, each the mean of the area that it covers. */
    GrayImage scaled(int w, int h) {
        return w == width && h == height
                ? this
                : scaledRows(w).transposed().scaledRows(h).transposed();
    }

    private GrayImage scaledRows(int w) {
        float[] target = new float[w * height];
        double step = (double) width / w;
        for (int x = 0; x < w; x++) {
            double left = x * step;
            double right = Math.min(width, left + step);
            int last = Math.min(width - 1, (int) Math.ceil(right) - 1);
            for (int from = (int) left; from <= last; from++) {
                float share = (float) ((Math.min(right, from + 1.0) - Math.max(left, from)) / step);
                for (int y = 0; y < height; y++) {
                    target[y * w + x] += share * values[y * width + from];
                }
            }
        }
        return new GrayImage(w, height, target);
    }

    private GrayImage transposed() {
        float[] target = new float[values.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                target[x * height + y] = values[y * width + x];
            }
        }
        return new GrayImage(height, width, target);
    }
}
