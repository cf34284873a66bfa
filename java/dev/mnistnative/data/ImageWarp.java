package dev.mnistnative.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Deforms one picture after the other: says for each pixel which place of the picture it shows, and takes the values
 * there. Places are fixed-point numbers, so that they are the same on every machine. Not for several threads at once.
 *
 * <p>Loops are long and plain, one job each: the compiler makes vectors of all but the one that fetches the pixels.
 */
final class ImageWarp {
    private static final VarHandle PAIR = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** Bits of a bilinear weight: two of them and a byte fit into an int. */
    private static final int WEIGHT_BITS = 11;

    private static final int WEIGHT_MASK = (1 << WEIGHT_BITS) - 1;
    private static final float WEIGHT = 1f / (1 << WEIGHT_BITS);
    private static final int MOST_FRACTION = 16;
    private static final int INT_BITS = 30;
    private static final double HALF_TURN = 180;

    private final ImageLayout image;
    private final Deformation deformation;
    private final int fraction;
    private final int[] columns; // [pixels]: x of each pixel
    private final int[] rows; // [pixels]: y of each pixel
    private final int[] still; // [pixels]: 0, of what is not elastic
    private final int[] across; // [pixels]: x of the place, one to the right, in fixed point
    private final int[] down; // [pixels]: y of the place, one down
    private final int[] places; // [pixels]: where that is in the padded picture
    private final int[] values; // [pixels]: four bytes each, then the mean by weights
    private final byte[] sample;
    private final byte[] padded; // zeros around: one left, right and above, two below
    private final float[] floatSample;
    private final float[] paddedFloats;

    ImageWarp(ImageLayout image, Deformation deformation, PixelType type) {
        this.image = image;
        this.deformation = deformation;
        this.fraction = fraction(image, deformation);
        int pixels = image.pixels();
        columns = new int[pixels];
        rows = new int[pixels];
        for (int p = 0; p < pixels; p++) {
            columns[p] = p % image.width();
            rows[p] = p / image.width();
        }
        still = deformation.isElastic() ? null : new int[pixels];
        across = new int[pixels];
        down = new int[pixels];
        places = new int[pixels];
        boolean bytes = type == PixelType.UINT8;
        int room = stride() * (image.height() + 3) + 2;
        values = bytes ? new int[pixels] : null;
        sample = bytes ? new byte[pixels * image.channels()] : null;
        padded = bytes ? new byte[room] : null;
        floatSample = bytes ? null : new float[pixels * image.channels()];
        paddedFloats = bytes ? null : new float[room];
    }

    /** Bits behind the point: as many as leave room for the farthest place that a pixel may come from. */
    static int fraction(ImageLayout image, Deformation deformation) {
        double most = (1 + deformation.shear())
                        / (1 - deformation.scale())
                        * (image.width() + image.height() + 2 * deformation.shift())
                + deformation.elasticStrength();
        return Math.min(MOST_FRACTION, INT_BITS - Math.getExponent(2 * most));
    }

    private int stride() {
        return image.width() + 2;
    }

    /**
     * Draws where a picture's pixels come from.
     *
     * @param random of this picture alone
     * @param fields null where the deformation is not elastic
     */
    void draw(SplitMix64 random, ElasticFields fields) {
        double angle = StrictMath.toRadians(deformation.rotation() * random.unit());
        double wide = 1 + deformation.scale() * random.unit();
        double high = 1 + deformation.scale() * random.unit();
        double shear = deformation.shear() * random.unit();
        double right = deformation.shift() * random.unit();
        double below = deformation.shift() * random.unit();
        int[] byX = still;
        int[] byY = still;
        if (fields != null) {
            int one = random.below(fields.count());
            int other = (one + 1 + random.below(fields.count() - 1)) % fields.count();
            byX = fields.get(one);
            byY = fields.get(other);
        }
        // The picture is made larger, sheared, turned and shifted; a pixel's place is found by going back.
        double sin = StrictMath.sin(angle); // the same on every machine, and 1 % of the time
        double cos = StrictMath.cos(angle);
        double xByX = (cos - shear * -sin) / wide;
        double xByY = (sin - shear * cos) / wide;
        double yByX = -sin / high;
        double yByY = cos / high;
        double middleX = (image.width() - 1) / 2.0;
        double middleY = (image.height() - 1) / 2.0;
        aim(across, byX, xByX, xByY, middleX - xByX * (middleX + right) - xByY * (middleY + below), image.width());
        aim(down, byY, yByX, yByY, middleY - yByX * (middleX + right) - yByY * (middleY + below), image.height());
        locate(places, across, down, stride(), fraction);
    }

    private void aim(int[] to, int[] moved, double byColumn, double byRow, double start, int side) {
        int least = 0; // one before the first pixel: what lies farther out is as much outside
        int most = (side + 1) << fraction;
        aim(to, moved, columns, rows, fixed(byColumn), fixed(byRow), fixed(start + 1), least, most);
    }

    private int fixed(double value) {
        return (int) Math.rint(value * (1 << fraction));
    }

    /** Bounds by shifts and masks: C2 of JDK 17 makes no vectors of Math.min and Math.max. */
    private static void aim(
            int[] to, int[] moved, int[] columns, int[] rows, int byColumn, int byRow, int start, int least, int most) {
        for (int p = 0; p < to.length; p++) {
            int above = byColumn * columns[p] + byRow * rows[p] + moved[p] + start - least;
            int below = most - (above & ~(above >> 31));
            to[p] = most - (below & ~(below >> 31));
        }
    }

    private static void locate(int[] places, int[] across, int[] down, int stride, int fraction) {
        for (int p = 0; p < places.length; p++) {
            places[p] = (down[p] >> fraction) * stride + (across[p] >> fraction);
        }
    }

    /** Writes a sample as it was drawn to another place. */
    void copy(SampleMemory from, int sampleNumber, SampleMemory to, int number) {
        if (values != null) {
            bytes(from.blockOf(sampleNumber), from.offsetOf(sampleNumber), to.blockOf(number), to.offsetOf(number));
        } else {
            floats(from.floats(sampleNumber), to.floats(number));
        }
    }

    private void bytes(ByteBuffer from, int fromOffset, ByteBuffer to, int toOffset) {
        from.get(fromOffset, sample);
        for (int channel = 0; channel < image.channels(); channel++) {
            int first = channel * image.channelStride();
            pad(first);
            fetch(values, padded, places, stride());
            weigh(values, across, down, fraction - WEIGHT_BITS);
            store(first);
        }
        to.put(toOffset, sample);
    }

    private void pad(int first) {
        int width = image.width();
        for (int y = 0; y < image.height(); y++) {
            int to = (y + 1) * stride() + 1;
            if (image.pixelStride() == 1) {
                System.arraycopy(sample, first + y * width, padded, to, width);
            } else {
                for (int x = 0; x < width; x++) {
                    padded[to + x] = sample[first + (y * width + x) * image.pixelStride()];
                }
            }
        }
    }

    private static void fetch(int[] values, byte[] padded, int[] places, int stride) {
        for (int p = 0; p < values.length; p++) {
            int place = places[p];
            values[p] = ((short) PAIR.get(padded, place) & 0xffff) | (short) PAIR.get(padded, place + stride) << 16;
        }
    }

    private static void weigh(int[] values, int[] across, int[] down, int shift) {
        for (int p = 0; p < values.length; p++) {
            int four = values[p];
            int right = across[p] >> shift & WEIGHT_MASK;
            int below = down[p] >> shift & WEIGHT_MASK;
            int topLeft = four & 0xff;
            int topRight = four >>> 8 & 0xff;
            int bottomLeft = four >>> 16 & 0xff;
            int bottomRight = four >>> 24;
            int top = (topLeft << WEIGHT_BITS) + (topRight - topLeft) * right;
            int bottom = (bottomLeft << WEIGHT_BITS) + (bottomRight - bottomLeft) * right;
            values[p] =
                    ((top << WEIGHT_BITS) + (bottom - top) * below + (1 << 2 * WEIGHT_BITS - 1)) >>> 2 * WEIGHT_BITS;
        }
    }

    private void store(int first) {
        if (image.pixelStride() == 1) {
            narrow(values, sample, first);
            return;
        }
        for (int p = 0; p < values.length; p++) {
            sample[first + p * image.pixelStride()] = (byte) values[p];
        }
    }

    private static void narrow(int[] values, byte[] sample, int first) {
        for (int p = 0; p < values.length; p++) {
            sample[first + p] = (byte) values[p];
        }
    }

    private void floats(FloatBuffer from, FloatBuffer to) {
        from.get(0, floatSample);
        for (int channel = 0; channel < image.channels(); channel++) {
            int first = channel * image.channelStride();
            for (int p = 0; p < places.length; p++) {
                paddedFloats[(rows[p] + 1) * stride() + columns[p] + 1] = floatSample[first + p * image.pixelStride()];
            }
            int shift = fraction - WEIGHT_BITS;
            for (int p = 0; p < places.length; p++) {
                float right = (across[p] >> shift & WEIGHT_MASK) * WEIGHT;
                float below = (down[p] >> shift & WEIGHT_MASK) * WEIGHT;
                int above = places[p];
                int under = above + stride();
                float top = paddedFloats[above] + (paddedFloats[above + 1] - paddedFloats[above]) * right;
                float bottom = paddedFloats[under] + (paddedFloats[under + 1] - paddedFloats[under]) * right;
                floatSample[first + p * image.pixelStride()] = top + (bottom - top) * below;
            }
        }
        to.put(0, floatSample);
    }
}
