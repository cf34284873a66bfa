package dev.mnistnative.image;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells two digits from one that is drawn in several strokes: an empty gap parts them, and each is nearly as tall as
 * the other. Strokes of one digit come nearer to each other than that.
 */
final class TwoDigits {
    /**
     * The gap as a share of the height of what it parts: less is enough where all is wider than a digit. The height of
     * each part as a share of the tallest.
     */
    private static final double GAP = 0.25;

    private static final double GAP_OF_WIDE = 0.12;
    private static final double WIDE = 1.05;

    private static final double HEIGHT = 0.62;

    /** Of all ink the share that each part has. */
    private static final double SHARE = 0.12;

    private TwoDigits() {}

    /** @throws UnreadableImageException if there is more than one digit in the drawing */
    static void refuse(GrayImage ink) {
        if (parted(ink, true) || parted(ink, false)) {
            throw new UnreadableImageException("there seem to be two or more digits");
        }
    }

    private static boolean parted(GrayImage ink, boolean besides) {
        GrayImage image = besides ? ink : ink.transposed();
        List<int[]> parts = parts(image);
        double all = 0;
        int tallest = 0;
        for (int[] part : parts) {
            all += sum(image, part);
            tallest = Math.max(tallest, height(image, part));
        }
        int longest = longest(parts);
        int extent = parts.isEmpty() ? 0 : parts.get(parts.size() - 1)[1] - parts.get(0)[0];
        double gap = besides && extent >= WIDE * tallest ? GAP_OF_WIDE : GAP;
        int digits = 0;
        int end = Integer.MIN_VALUE / 2;
        for (int[] part : parts) {
            boolean tall =
                    besides ? height(image, part) >= HEIGHT * tallest : part[1] - part[0] >= HEIGHT * longest(parts);
            if (tall && sum(image, part) >= SHARE * all) {
                digits += digits == 0 || part[0] - end >= gap * (besides ? tallest : longest) ? 1 : 0;
                end = part[1];
            }
        }
        return digits > 1;
    }

    private static int longest(List<int[]> parts) {
        return parts.stream().mapToInt(part -> part[1] - part[0]).max().orElse(0);
    }

    /** First and one past the last column of what empty columns part. */
    private static List<int[]> parts(GrayImage image) {
        List<int[]> parts = new ArrayList<>();
        int begin = -1;
        for (int x = 0; x <= image.width(); x++) {
            boolean full = false;
            for (int y = 0; x < image.width() && y < image.height() && !full; y++) {
                full = image.values()[y * image.width() + x] > 0;
            }
            if (full && begin < 0) {
                begin = x;
            } else if (!full && begin >= 0) {
                parts.add(new int[] {begin, x});
                begin = -1;
            }
        }
        return parts;
    }

    private static double sum(GrayImage image, int[] part) {
        double sum = 0;
        for (int y = 0; y < image.height(); y++) {
            for (int x = part[0]; x < part[1]; x++) {
                sum += image.values()[y * image.width() + x];
            }
        }
        return sum;
    }

    private static int height(GrayImage image, int[] part) {
        int top = image.height();
        int bottom = -1;
        for (int y = 0; y < image.height(); y++) {
            for (int x = part[0]; x < part[1]; x++) {
                if (image.values()[y * image.width() + x] > 0) {
                    top = Math.min(top, y);
                    bottom = y;
                }
            }
        }
        return bottom - top + 1;
    }
}
