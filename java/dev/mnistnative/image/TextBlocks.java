package dev.mnistnative.image;

/** Grey images for a terminal: two characters a pixel, from blank to full. */
public final class TextBlocks {
    private static final char[] SHADES = {' ', '\u2591', '\u2592', '\u2593', '\u2588'};

    private TextBlocks() {}

    /**
     * The lines of an image, each ended by a newline; blank ones at the top and the bottom are left out.
     *
     * @param values [height, width]; the smallest is shown blank, the largest full
     */
    public static String of(float[] values, int width) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        StringBuilder text = new StringBuilder();
        for (int start = 0; start < values.length; start += width) {
            StringBuilder line = new StringBuilder();
            for (int x = 0; x < width; x++) {
                char shade = shade(values[start + x], least, most);
                line.append(shade).append(shade);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString().replaceFirst("^\\n+", "").replaceFirst("\\n{2,}$", "\n");
    }

    /** The side of an image of this many pixels if it is square, else 0. */
    public static int side(int features) {
        int side = (int) Math.round(Math.sqrt(features));
        return side * side == features ? side : 0;
    }

    private static char shade(float value, float least, float most) {
        return most > least ? SHADES[Math.round((value - least) / (most - least) * (SHADES.length - 1))] : SHADES[0];
    }
}
