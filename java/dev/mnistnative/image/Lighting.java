package dev.mnistnative.image;

/**
 * Evens out light that changes over a picture: gradients, vignettes, shadows, dark areas along a side. The light is
 * what is left of a picture where everything as narrow as a stroke is filled from its surroundings (a morphological
 * closing for dark ink, an opening for bright ink), so that edges of shadows stay where they are.
 */
final class Lighting {
    /** Wider than any stroke, as a share of the longer side. */
    private static final double WINDOW = 0.3;

    /** Light that changes by less than this share of the picture's range is even. */
    private static final float EVEN = 0.12f;

    /** Of the range: darker light than this tells nothing about what it falls on. */
    private static final float DARKEST = 0.12f;

    private static final double RARE = 0.02;

    private Lighting() {}

    /** The picture under even light; the same one if its light is even. */
    static GrayImage evened(GrayImage image) {
        float range = Quantiles.range(image.values());
        GrayImage smooth = image.median();
        int reach = (int) Math.ceil(WINDOW * Math.max(image.width(), image.height()) / 2);
        GrayImage below = smooth.extreme(reach, true).extreme(reach, false);
        GrayImage above = smooth.extreme(reach, false).extreme(reach, true);
        if (Math.min(spread(below), spread(above)) < EVEN * range) {
            return image;
        }
        // of the two, the one that took the ground for strokes still has the strokes
        GrayImage openedBelow = below.extreme(reach, false).extreme(reach, true);
        GrayImage closedAbove = above.extreme(reach, true).extreme(reach, false);
        boolean dark = distance(below, openedBelow) <= distance(above, closedAbove);
        GrayImage light = dark ? below : above;
        if (!standsFree(differences(light, image, range))) {
            return image;
        }
        float[] values = new float[image.values().length];
        for (int i = 0; i < values.length; i++) {
            float ground = light.values()[i];
            float value = image.values()[i];
            values[i] = dark ? Math.min(1, value / Math.max(ground, DARKEST * range)) : Math.max(0, value - ground);
        }
        return new GrayImage(image.width(), image.height(), values);
    }

    private static float spread(GrayImage light) {
        return Quantiles.of(light.values(), 1 - RARE) - Quantiles.of(light.values(), RARE);
    }

    private static double distance(GrayImage a, GrayImage b) {
        double sum = 0;
        for (int i = 0; i < a.values().length; i++) {
            sum += Math.abs(a.values()[i] - b.values()[i]);
        }
        return sum;
    }

    /** 1 where a picture differs from its light. */
    private static GrayImage differences(GrayImage light, GrayImage image, float range) {
        float[] values = new float[image.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(light.values()[i] - image.values()[i]) > range / 5 ? 1 : 0;
        }
        return new GrayImage(image.width(), image.height(), values);
    }

    /** Whether most of what was filled does not touch the border: else the drawing may be a crop. */
    private static boolean standsFree(GrayImage drawing) {
        int free = 0;
        int all = 0;
        for (Pieces.Piece piece : Pieces.of(drawing, 1).all()) {
            all += piece.pixels();
            free += piece.touches(drawing) ? 0 : piece.pixels();
        }
        return 2 * free > all;
    }
}
