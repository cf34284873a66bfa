package dev.mnistnative.image;

import java.util.Arrays;

/** Finds bands along the sides of a picture that are no part of the drawing: frames, flush rules, scanner strips. */
final class Bands {
    /** How deep a band may be, as a share of the picture. */
    private static final double DEEPEST = 0.25;

    /** What share of a line across the picture must have one brightness. */
    private static final double UNIFORM = 0.85;

    /** Differences of brightness as shares of the picture's range: within a line, and from the band to what follows. */
    private static final float SAME = 0.12f;

    private static final float OTHER = 0.3f;

    /** Of a line the share that may still have the band's brightness just inside it. */
    private static final double ATTACHED = 0.02;

    /** Of the new border the share that the drawing may touch, and of the new picture the share that it must have. */
    private static final double TOUCHED = 0.35;

    private static final double DRAWN = 0.003;
    private static final int SIDES = 4;
    private static final int SMALLEST = 8;

    private final GrayImage image;
    private final float range;

    /** A band: its depth with its soft edge, its brightness, whether nothing inside touches it. */
    private record Band(int depth, float level, boolean detached) {}

    private Bands(GrayImage image, float range) {
        this.image = image;
        this.range = range;
    }

    /** The picture without its bands; the same where it has none, or nothing would be left. */
    static GrayImage peeled(GrayImage image) {
        GrayImage before;
        GrayImage after = image;
        do { // a frame may stand beside a strip
            before = after;
            after = new Bands(before, Quantiles.range(before.values())).peeledOnce();
        } while (after != before);
        return after;
    }

    private GrayImage peeledOnce() {
        if (Math.min(image.width(), image.height()) < SMALLEST || range <= 0) {
            return image;
        }
        Band[] bands = new Band[SIDES];
        for (int side = 0; side < SIDES; side++) {
            bands[side] = band(side);
        }
        int[] depths = new int[SIDES];
        boolean any = false;
        for (int side = 0; side < SIDES; side++) {
            if (bands[side] != null && (bands[side].detached() || isPartOfAFrame(bands, side))) {
                depths[side] = bands[side].depth();
                any = true;
            }
        }
        int width = image.width() - depths[0] - depths[1];
        int height = image.height() - depths[2] - depths[3];
        if (!any || width < SMALLEST || height < SMALLEST) {
            return image;
        }
        GrayImage inner = image.crop(depths[0], depths[2], width, height);
        return holdsADrawing(inner) ? inner : image;
    }

    /** What touches one side of a frame stands free of another. */
    private static boolean isPartOfAFrame(Band[] bands, int side) {
        int alike = 0;
        boolean free = false;
        for (Band band : bands) {
            if (band != null && Math.abs(band.level() - bands[side].level()) < SAME) {
                alike++;
                free |= band.detached();
            }
        }
        return alike == SIDES || alike > 1 && free;
    }

    /** left, right, top, bottom */
    private float at(int side, int depth, int along) {
        int w = image.width();
        return image.values()[
                switch (side) {
                    case 0 -> along * w + depth;
                    case 1 -> along * w + w - 1 - depth;
                    case 2 -> depth * w + along;
                    default -> (image.height() - 1 - depth) * w + along;
                }];
    }

    private float[] line(int side, int depth) {
        float[] line = new float[side < 2 ? image.height() : image.width()];
        for (int i = 0; i < line.length; i++) {
            line[i] = at(side, depth, i);
        }
        return line;
    }

    private Band band(int side) {
        int deepest = (int) Math.ceil(DEEPEST * (side < 2 ? image.width() : image.height()));
        float[] first = line(side, 0);
        float level = Quantiles.of(first, 0.5);
        if (share(first, level, SAME * range) < UNIFORM) {
            return null;
        }
        int depth = 1;
        float median = level;
        while (depth <= deepest) {
            median = Quantiles.of(line(side, depth), 0.5);
            if (Math.abs(median - level) > OTHER * range) {
                break;
            }
            depth++;
        }
        if (depth > deepest) {
            return null;
        }
        float next = Quantiles.of(line(side, depth + 1), 0.5);
        while (depth < deepest && Math.abs(next - median) > SAME / 2 * range) { // the soft edge
            depth++;
            median = next;
            next = Quantiles.of(line(side, depth + 1), 0.5);
        }
        return new Band(depth, level, attached(line(side, depth + 1), level) <= ATTACHED);
    }

    /** The share of a line that has the band's brightness, apart from its ends, where other bands may stand. */
    private double attached(float[] line, float level) {
        float nearness = (1 - OTHER) / 2 * range;
        int begin = 0;
        int end = line.length;
        int reach = (int) Math.ceil(DEEPEST * line.length);
        while (begin < reach && Math.abs(line[begin] - level) < nearness) {
            begin++;
        }
        while (end > line.length - reach && end > begin && Math.abs(line[end - 1] - level) < nearness) {
            end--;
        }
        return share(Arrays.copyOfRange(line, begin, end), level, nearness);
    }

    private static double share(float[] values, float level, float nearness) {
        int count = 0;
        for (float value : values) {
            count += Math.abs(value - level) <= nearness ? 1 : 0;
        }
        return values.length == 0 ? 0 : count / (double) values.length;
    }

    /** Whether something stands on a ground that is most of the new border: what was taken away was no ground. */
    private boolean holdsADrawing(GrayImage inner) {
        float ground = Quantiles.of(inner.values(), 0.5);
        float different = OTHER * range;
        int content = 0;
        for (float value : inner.values()) {
            content += Math.abs(value - ground) > different ? 1 : 0;
        }
        return content >= DRAWN * inner.values().length && 1 - share(inner.border(), ground, different) <= TOUCHED;
    }
}
