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

    /** The same where both of its ends are free: a stroke may run into the band. */
    private static final double CROSSED = 0.2;

    /** Of such a line the share at either end that is a corner. */
    private static final double CORNER = 0.05;

    /** Of the new border the share that the drawing may touch, and of the new picture the share that it must have. */
    private static final double TOUCHED = 0.35;

    private static final double DRAWN = 0.003;
    private static final int SIDES = 4;
    private static final int SMALLEST = 8;

    private final GrayImage image;
    private final float range;

    /** A band's depth with and without its soft edge, and its brightness. */
    private record Band(int depth, int pure, float level) {}

    /** What lies just inside a band: whether it is all of another brightness, and whether in one of its corners. */
    private record Edge(boolean detached, boolean freeCorner) {}

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
        Edge[] edges = new Edge[SIDES];
        for (int side = 0; side < SIDES; side++) {
            edges[side] = bands[side] == null ? null : edge(bands, side);
        }
        int[] depths = new int[SIDES];
        int peeled = 0;
        for (int side = 0; side < SIDES; side++) {
            if (bands[side] != null && isNoGround(bands, edges, side)) {
                depths[side] = bands[side].depth();
                peeled++;
            }
        }
        int width = image.width() - depths[0] - depths[1];
        int height = image.height() - depths[2] - depths[3];
        if (peeled == 0 || width < SMALLEST || height < SMALLEST) {
            return image;
        }
        GrayImage inner = image.crop(depths[0], depths[2], width, height);
        return holdsADrawing(inner, peeled == SIDES ? 1 : TOUCHED) ? inner : image;
    }

    /**
     * What touches one side of a frame stands free of another. Ground around a digit looks like a band where the
     * digit's first stroke is long, but goes on around that stroke's ends.
     */
    private static boolean isNoGround(Band[] bands, Edge[] edges, int side) {
        int alike = 0;
        int freeCorners = 0;
        boolean free = false;
        for (int other = 0; other < SIDES; other++) {
            if (bands[other] != null && Math.abs(bands[other].level() - bands[side].level()) < SAME) {
                alike++;
                freeCorners += edges[other].freeCorner() ? 1 : 0;
                free |= edges[other].detached() && edges[other].freeCorner();
            }
        }
        return alike == SIDES && freeCorners > SIDES / 2
                || edges[side].freeCorner() && (edges[side].detached() || alike > 1 && free);
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
        int pure = depth;
        if (!isStraight(line(side, pure - 1), level)) {
            return null;
        }
        float next = Quantiles.of(line(side, depth + 1), 0.5);
        // the soft edge goes on away from the band; back to it goes what follows
        while (depth < deepest && Math.abs(next - level) - Math.abs(median - level) > SAME / 2 * range) {
            depth++;
            median = next;
            next = Quantiles.of(line(side, depth + 1), 0.5);
        }
        return new Band(depth, pure, level);
    }

    /** Whether the last line of a band is all of it, or, of a slanted one, leaves it at an end: not in its middle. */
    private boolean isStraight(float[] line, float level) {
        float nearness = OTHER * range;
        return share(line, level, nearness) >= UNIFORM
                || Math.abs(line[0] - level) > nearness
                || Math.abs(line[line.length - 1] - level) > nearness;
    }

    /** The line just inside a band, without the bands at its ends. */
    private Edge edge(Band[] bands, int side) {
        float level = bands[side].level();
        float nearness = (1 - OTHER) / 2 * range;
        float[] line = line(side, bands[side].depth() + 1);
        int first = side < 2 ? 2 : 0;
        int begin = bands[first] == null ? 0 : bands[first].pure() + 1;
        int end = line.length - (bands[first + 1] == null ? 0 : bands[first + 1].pure() + 1);
        float[] inside = Arrays.copyOfRange(line, begin, end);
        int corner = Math.min(inside.length, 1 + (int) Math.ceil(CORNER * inside.length));
        boolean begins = share(Arrays.copyOf(inside, corner), level, nearness) == 0;
        boolean ends = share(Arrays.copyOfRange(inside, inside.length - corner, inside.length), level, nearness) == 0;
        double most = begins && ends ? CROSSED : ATTACHED;
        return new Edge(share(inside, level, nearness) <= most, begins || ends);
    }

    private static double share(float[] values, float level, float nearness) {
        int count = 0;
        for (float value : values) {
            count += Math.abs(value - level) <= nearness ? 1 : 0;
        }
        return values.length == 0 ? 0 : count / (double) values.length;
    }

    /**
     * Whether something stands on a ground that has enough of the new border: what was taken away was no ground. In a
     * frame it may be a crop.
     */
    private boolean holdsADrawing(GrayImage inner, double touched) {
        float ground = Quantiles.of(inner.values(), 0.5);
        float different = OTHER * range;
        int content = 0;
        for (float value : inner.values()) {
            content += Math.abs(value - ground) > different ? 1 : 0;
        }
        return content >= DRAWN * inner.values().length && 1 - share(inner.border(), ground, different) <= touched;
    }
}
