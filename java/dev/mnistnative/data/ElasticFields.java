package dev.mnistnative.data;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The displacements of an epoch's pictures: smoothed noise, each field a function of (seed, epoch, number of the field)
 * alone, made where it is asked for first. Safe for many threads.
 */
final class ElasticFields {
    /** A million pairs: nearly every picture of an epoch has one of its own. */
    private static final int MOST = 1024;

    /** Also of large pictures, whose fields are large. */
    private static final int FEWEST = 16;

    private static final int PIXELS_IN_ALL = 1 << 20;

    /** The Gaussian is cut off where it is below 1 % of its peak. */
    private static final double DEVIATIONS = 3;

    private static final double TO_UNIT = 1.0 / (1L << 31);

    private final ImageLayout image;
    private final float[] kernel;
    private final float strength;
    private final long seed;
    private final AtomicReferenceArray<int[]> fields;

    /**
     * @param fraction bits of a displacement behind the point
     * @param seed of the epoch
     */
    ElasticFields(ImageLayout image, Deformation deformation, int fraction, long seed) {
        this.image = image;
        this.kernel = gaussian(deformation.elasticSmoothness());
        this.strength = (float) (deformation.elasticStrength() * (1 << fraction));
        this.seed = seed;
        this.fields = new AtomicReferenceArray<>(Math.max(FEWEST, Math.min(MOST, PIXELS_IN_ALL / image.pixels())));
    }

    int count() {
        return fields.length();
    }

    /** Displacement of each pixel [height, width] in fixed point; not to be changed. */
    int[] get(int number) {
        int[] field = fields.getAcquire(number);
        if (field == null) {
            field = make(SplitMix64.stream(seed, number)); // whoever makes it too makes the same
            fields.setRelease(number, field);
        }
        return field;
    }

    /**
     * Noise reaches beyond the picture's border by the kernel's radius, so that the displacements are as large there as
     * in the middle. Loops run over whole rows' lengths, margins included: the compiler makes vectors of long loops.
     */
    private int[] make(SplitMix64 random) {
        int margin = kernel.length - 1;
        int stride = image.width() + margin;
        float[] noise = noise(random, stride * (image.height() + margin));
        float[] columns = smoothed(noise, stride, stride * image.height());
        float[] smooth = smoothed(columns, 1, columns.length - margin);
        int[] field = new int[image.pixels()];
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                field[y * image.width() + x] = (int) (smooth[y * stride + x] * strength);
            }
        }
        return field;
    }

    private static float[] noise(SplitMix64 random, int count) {
        float[] noise = new float[count];
        for (int i = 0; i < count; i += 2) {
            long bits = random.next();
            noise[i] = (float) ((int) bits * TO_UNIT);
            if (i + 1 < count) {
                noise[i + 1] = (float) ((int) (bits >>> 32) * TO_UNIT);
            }
        }
        return noise;
    }

    /** Sums of values that lie so far apart from each other, weighted by the kernel. */
    private float[] smoothed(float[] values, int apart, int count) {
        float[] sums = new float[count];
        float[] shifted = new float[count]; // C2 of JDK 17 makes no vectors of values[first + i]
        for (int k = 0; k < kernel.length; k++) {
            System.arraycopy(values, k * apart, shifted, 0, count);
            addScaled(sums, shifted, kernel[k]);
        }
        return sums;
    }

    private static void addScaled(float[] sums, float[] values, float factor) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += factor * values[i];
        }
    }

    /** Its values at whole pixels, of sum 1. */
    private static float[] gaussian(double deviation) {
        int radius = (int) Math.ceil(DEVIATIONS * deviation);
        double[] values = new double[2 * radius + 1];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double distance = (i - radius) / deviation;
            values[i] = StrictMath.exp(-0.5 * distance * distance); // the same on every machine
            sum += values[i];
        }
        float[] kernel = new float[values.length];
        for (int i = 0; i < kernel.length; i++) {
            kernel[i] = (float) (values[i] / sum);
        }
        return kernel;
    }
}
