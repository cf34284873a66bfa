package dev.mnistnative.image;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Arrays;

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

    /** In bands of rows: a large picture's colours all at once would take more memory than the picture. */
    private static GrayImage ofColors(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        float ground = picture.getColorModel().hasAlpha() ? ground(picture) : 0;
        float[] values = new float[width * height];
        int[] argb = new int[width];
        for (int y = 0; y < height; y++) {
            picture.getRGB(0, y, width, 1, argb, 0, width);
            for (int x = 0; x < width; x++) {
                float alpha = alpha(argb[x]) / (float) OPAQUE;
                values[y * width + x] = alpha * brightness(argb[x]) + (1 - alpha) * ground;
            }
        }
        return new GrayImage(width, height, values);
    }

    private static float ground(BufferedImage picture) {
        double sum = 0;
        double weight = 0;
        int[] argb = new int[picture.getWidth()];
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int pixel : picture.getRGB(0, y, argb.length, 1, argb, 0, argb.length)) {
                sum += alpha(pixel) * (double) brightness(pixel);
                weight += alpha(pixel);
            }
        }
        return weight > 0 && sum / weight > 0.5 ? 0 : 1;
    }

    private static int alpha(int argb) {
        return argb >>> 24;
    }

    private static float brightness(int argb) {
        return brightness(argb >> 16 & 0xff, argb >> 8 & 0xff, argb & 0xff) / OPAQUE;
    }

    static float brightness(float red, float green, float blue) {
        return RED * red + GREEN * green + BLUE * blue;
    }

    /** The picture turned and mirrored as EXIF's orientation, 1 to 8, asks for. */
    GrayImage upright(int orientation) {
        return switch (orientation) {
            case 2 -> mirrored();
            case 3 -> mirrored().transposed().mirrored().transposed();
            case 4 -> transposed().mirrored().transposed();
            case 5 -> transposed();
            case 6 -> transposed().mirrored();
            case 7 -> mirrored().transposed().mirrored();
            case 8 -> mirrored().transposed();
            default -> this;
        };
    }

    /** Left for right. */
    private GrayImage mirrored() {
        float[] target = new float[values.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                target[y * width + x] = values[y * width + width - 1 - x];
            }
        }
        return new GrayImage(width, height, target);
    }

    /** The part of w × h pixels whose upper left corner is (x, y). */
    GrayImage crop(int x, int y, int w, int h) {
        float[] part = new float[w * h];
        for (int row = 0; row < h; row++) {
            System.arraycopy(values, (y + row) * width + x, part, row * w, w);
        }
        return new GrayImage(w, h, part);
    }

    /** The outermost pixels, corners twice. */
    float[] border() {
        float[] border = new float[2 * (width + height)];
        int n = 0;
        for (int x = 0; x < width; x++) {
            border[n++] = values[x];
            border[n++] = values[(height - 1) * width + x];
        }
        for (int y = 0; y < height; y++) {
            border[n++] = values[y * width];
            border[n++] = values[y * width + width - 1];
        }
        return border;
    }

    /** Each pixel the median of itself and its neighbours on the four sides. */
    GrayImage median() {
        float[] target = values.clone();
        float[] five = new float[5];
        for (int y = 1; y < height - 1; y++) {
            for (int x = 1; x < width - 1; x++) {
                int i = y * width + x;
                five[0] = values[i];
                five[1] = values[i - 1];
                five[2] = values[i + 1];
                five[3] = values[i - width];
                five[4] = values[i + width];
                Arrays.sort(five);
                target[i] = five[2];
            }
        }
        return new GrayImage(width, height, target);
    }

    /** Each pixel the brightest (or darkest) of a square that reaches so far around it. */
    GrayImage extreme(int reach, boolean brightest) {
        return extremeOfRows(reach, brightest)
                .transposed()
                .extremeOfRows(reach, brightest)
                .transposed();
    }

    /** By van Herk's two running extremes in blocks as long as the window: three comparisons a pixel. */
    private GrayImage extremeOfRows(int reach, boolean brightest) {
        int window = 2 * reach + 1;
        int length = (width + 2 * reach + window - 1) / window * window;
        float outside = brightest ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
        float[] from = new float[length];
        float[] to = new float[length];
        float[] target = new float[values.length];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < length; i++) {
                float value = i < reach || i >= reach + width ? outside : values[y * width + i - reach];
                from[i] = i % window == 0 ? value : extreme(from[i - 1], value, brightest);
            }
            for (int i = length - 1; i >= 0; i--) {
                float value = i < reach || i >= reach + width ? outside : values[y * width + i - reach];
                to[i] = i % window == window - 1 ? value : extreme(to[i + 1], value, brightest);
            }
            for (int x = 0; x < width; x++) {
                target[y * width + x] = extreme(to[x], from[x + window - 1], brightest);
            }
        }
        return new GrayImage(width, height, target);
    }

    private static float extreme(float a, float b, boolean brightest) {
        return brightest ? Math.max(a, b) : Math.min(a, b);
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

    GrayImage transposed() {
        float[] target = new float[values.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                target[x * height + y] = values[y * width + x];
            }
        }
        return new GrayImage(height, width, target);
    }
}
