package dev.mnistnative.data;

import java.util.stream.IntStream;

/**
 * Normal noise of mean 0, added to what a net sees of its samples and never to their targets: what a denoising
 * autoencoder learns from. Nothing is clipped, so that pixels of 0 … 1 come to lie outside as well. The noise depends
 * on the seed and the sample's place alone: the same bits on every machine and for any number of threads.
 *
 * @param deviation the standard deviation, in the numbers that the net sees; finite and above 0
 * @param seed another seed, other noise
 */
public record GaussianNoise(double deviation, long seed) {
    /** Keeps the noise apart from the orders of the epochs under the same seed. */
    private static final long STREAM = 0x4e4f495345L;

    private static final double HALVES = 0x1p-32;
    private static final int LOW_BITS = 32;
    private static final int SAMPLES_AT_ONCE = 64;

    public GaussianNoise {
        if (!(deviation > 0 && deviation <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "the noise's deviation must be a finite number above 0, not " + deviation);
        }
    }

    /** The samples with noise, as float32 in new memory; labels, targets and weights stay. */
    public Dataset apply(Dataset data) {
        return data.changed(this::noisy);
    }

    private Samples noisy(Samples clean) {
        Samples noisy = clean.asFloats("the noisy samples");
        int chunks = (clean.size() + SAMPLES_AT_ONCE - 1) / SAMPLES_AT_ONCE;
        IntStream.range(0, chunks).parallel().forEach(chunk -> {
            float[] row = new float[clean.layout().features()];
            int first = chunk * SAMPLES_AT_ONCE;
            for (int i = first; i < Math.min(clean.size(), first + SAMPLES_AT_ONCE); i++) {
                clean.copySample(i, row);
                add(row, i);
                noisy.pixels().floats(i).put(row);
            }
        });
        return noisy;
    }

    /** Adds the noise of one sample to its values, two of them for each number drawn. */
    private void add(float[] row, int sample) {
        SplitMix64 random = SplitMix64.stream(seed ^ STREAM, sample);
        for (int f = 0; f < row.length; f += 2) {
            long drawn = random.next();
            row[f] = noisy(row[f], drawn >>> LOW_BITS, sample, f);
            if (f + 1 < row.length) {
                row[f + 1] = noisy(row[f + 1], drawn & 0xffff_ffffL, sample, f + 1);
            }
        }
    }

    private float noisy(float value, long drawn, int sample, int feature) {
        float sum = (float) (value + deviation * NormalQuantile.of((drawn + 0.5) * HALVES));
        SampleChecks.requireFinite(sample, feature, sum);
        return sum;
    }
}
