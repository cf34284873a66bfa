package dev.mnistnative.image;

import java.util.Arrays;

/** Which of a picture's two shades is the ink, where the drawing reaches the border as in a crop. */
final class Polarity {
    /** Bins of the histogram that the threshold is chosen on. */
    private static final int BINS = 64;

    /** Pieces smaller than this share of the picture count as none. */
    private static final double SMALLEST = 0.004;

    /** In noise neighbouring pixels are alike half of the time, in a drawing most of the time. */
    private static final double COHERENT = 0.68;

    private final GrayImage image;
    private final float threshold;

    private Polarity(GrayImage image) {
        this.image = image;
        threshold = otsu(image.values());
    }

    /** Ink and ground, the medians of the pixels of each. */
    record Shades(float ink, float ground, float noise) {}

    /** @throws UnreadableImageException if there are not two shades */
    static Shades of(GrayImage image) {
        Polarity polarity = new Polarity(image);
        if (polarity.coherence() < COHERENT) {
            throw new UnreadableImageException("nothing stands out from the ground");
        }
        float dark = polarity.median(true);
        float bright = polarity.median(false);
        boolean darkInk = polarity.darkIsInk();
        float ground = darkInk ? bright : dark;
        float[] distances = polarity.part(!darkInk);
        for (int i = 0; i < distances.length; i++) {
            distances[i] = Math.abs(distances[i] - ground);
        }
        return new Shades(darkInk ? dark : bright, ground, Quantiles.of(distances, 0.5));
    }

    /** The threshold between two classes whose variances within are least (N. Otsu, 1979). */
    private static float otsu(float[] values) {
        float range = Quantiles.range(values);
        float least = Quantiles.of(values, 0);
        if (range <= 0) {
            throw new UnreadableImageException("nothing stands out from the ground");
        }
        double[] counts = new double[BINS];
        double total = 0;
        for (float value : values) {
            int bin = Math.min(BINS - 1, (int) ((value - least) / range * BINS));
            counts[bin]++;
            total += bin;
        }
        double best = -1;
        int chosen = 0;
        double count = 0;
        double sum = 0;
        for (int bin = 0; bin < BINS - 1; bin++) {
            count += counts[bin];
            sum += bin * counts[bin];
            double others = values.length - count;
            if (count == 0 || others == 0) {
                continue;
            }
            double difference = sum / count - (total - sum) / others;
            double between = count * others * difference * difference;
            if (between > best) {
                best = between;
                chosen = bin;
            }
        }
        return least + (chosen + 1) * range / BINS;
    }

    private float[] part(boolean dark) {
        float[] part = new float[image.values().length];
        int count = 0;
        for (float value : image.values()) {
            if (value < threshold == dark) {
                part[count++] = value;
            }
        }
        return Arrays.copyOf(part, count);
    }

    private float median(boolean dark) {
        return Quantiles.of(part(dark), 0.5);
    }

    private double coherence() {
        int alike = 0;
        int pairs = 0;
        int w = image.width();
        for (int i = 0; i < image.values().length; i++) {
            boolean dark = image.values()[i] < threshold;
            if ((i + 1) % w != 0) {
                alike += dark == image.values()[i + 1] < threshold ? 1 : 0;
                pairs++;
            }
            if (i + w < image.values().length) {
                alike += dark == image.values()[i + w] < threshold ? 1 : 0;
                pairs++;
            }
        }
        return pairs == 0 ? 0 : alike / (double) pairs;
    }

    /**
     * Ink hangs together, and a crop's ground is cut by it into several pieces at the border; the ground has most of
     * the border, of the corners and of the picture.
     */
    private boolean darkIsInk() {
        double border = share(image.border()) - 0.5;
        int w = image.width();
        float[] v = image.values();
        double corners = share(new float[] {v[0], v[w - 1], v[v.length - w], v[v.length - 1]}) - 0.5;
        double area = share(v) - 0.5;
        int pieces = pieces(true) - pieces(false);
        return 2 * border + corners + area + 0.35 * Math.max(-2, Math.min(2, pieces)) < 0;
    }

    /** The share of dark ones. */
    private double share(float[] values) {
        int dark = 0;
        for (float value : values) {
            dark += value < threshold ? 1 : 0;
        }
        return dark / (double) values.length;
    }

    private int pieces(boolean dark) {
        float[] mask = new float[image.values().length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = image.values()[i] < threshold == dark ? 1 : 0;
        }
        double least = Math.max(2, SMALLEST * mask.length);
        return (int) Pieces.of(new GrayImage(image.width(), image.height(), mask), 0.5f).all().stream()
                .filter(piece -> piece.pixels() >= least)
                .count();
    }
}
