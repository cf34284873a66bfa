package dev.mnistnative.image;

import dev.mnistnative.image.Pieces.Piece;
import java.util.List;

/** Finds the ink of the one digit in a picture. */
final class Drawing {
    /** Of the largest piece's ink the share that a piece must have. */
    private static final double SMALLEST_SHARE = 0.04;

    /** How often what lies inside a box is looked at: a page, a window on it, a frame in that. */
    private static final int DEPTH = 3;

    /** A box's sides: how large beside the picture, how straight, and on what share of their length. */
    private static final double BOX_SIZE = 0.35;

    private static final double STRAIGHT = 0.03;
    private static final double COMPLETE = 0.92;

    /** Of a box the share that must be something else. */
    private static final double CONTENT = 0.02;

    /** Of a side of the picture the share along which a piece is no part of a digit that stands free. */
    private static final double ALONG_SIDE = 0.8;

    private static final double AT_CORNER = 0.12;

    /** The size of a digit that stands free, as a share of the picture. */
    private static final double FREE_SIZE = 0.15;

    private Drawing() {}

    /**
     * The digit's ink on a ground of 0.
     *
     * @throws UnreadableImageException if there is none, or more than one
     */
    static GrayImage in(GrayImage picture) {
        GrayImage ink = withoutSpecks(found(picture, DEPTH));
        TwoDigits.refuse(ink);
        return ink;
    }

    private static GrayImage found(GrayImage picture, int depth) {
        GrayImage ground = Bands.peeled(picture);
        GrayImage ink = Ink.of(Lighting.evened(ground));
        Piece box = depth > 0 ? box(Ink.of(ground)) : null;
        if (box != null && (box.width() < picture.width() || box.height() < picture.height())) {
            try {
                return found(ground.crop(box.left(), box.top(), box.width(), box.height()), depth - 1);
            } catch (UnreadableImageException e) {
                // an empty box is a drawing itself
            }
        }
        return withoutSides(Rules.removed(ink));
    }

    /** A large piece with four straight sides that holds something; null if there is none. */
    private static Piece box(GrayImage ink) {
        Pieces pieces = Pieces.of(ink, 0.5f);
        for (Piece piece : pieces.all()) {
            if (piece.width() >= BOX_SIZE * ink.width()
                    && piece.height() >= BOX_SIZE * ink.height()
                    && piece.pixels() < (1 - CONTENT) * piece.width() * piece.height()
                    && isBox(pieces.numbers(), ink.width(), piece)) {
                return piece;
            }
        }
        return null;
    }

    private static boolean isBox(int[] numbers, int width, Piece piece) {
        int reachX = 1 + (int) (STRAIGHT * piece.width());
        int reachY = 1 + (int) (STRAIGHT * piece.height());
        int[] complete = new int[4];
        for (int y = piece.top(); y <= piece.bottom(); y++) {
            boolean left = false;
            boolean right = false;
            for (int i = 0; i <= reachX; i++) {
                left |= numbers[y * width + piece.left() + i] == piece.number();
                right |= numbers[y * width + piece.right() - i] == piece.number();
            }
            complete[0] += left ? 1 : 0;
            complete[1] += right ? 1 : 0;
        }
        for (int x = piece.left(); x <= piece.right(); x++) {
            boolean top = false;
            boolean bottom = false;
            for (int i = 0; i <= reachY; i++) {
                top |= numbers[(piece.top() + i) * width + x] == piece.number();
                bottom |= numbers[(piece.bottom() - i) * width + x] == piece.number();
            }
            complete[2] += top ? 1 : 0;
            complete[3] += bottom ? 1 : 0;
        }
        return Math.min(complete[0], complete[1]) >= COMPLETE * piece.height()
                && Math.min(complete[2], complete[3]) >= COMPLETE * piece.width();
    }

    /** Drops what lies along a side or in a corner, as shadows and slanted strips do, if a digit stands free of it. */
    private static GrayImage withoutSides(GrayImage ink) {
        Pieces pieces = Pieces.of(ink, Pieces.WEAKEST);
        double size = FREE_SIZE * Math.min(ink.width(), ink.height());
        List<Piece> all = pieces.all();
        if (all.stream().noneMatch(piece -> !piece.touches(ink) && Math.max(piece.width(), piece.height()) >= size)) {
            return ink;
        }
        boolean[] kept = pieces.marks(true);
        for (Piece piece : all) {
            kept[piece.number()] = !piece.touches(ink) || !liesAlong(contacts(pieces.numbers(), ink, piece));
        }
        return pieces.only(kept);
    }

    private static boolean liesAlong(double[] contacts) {
        return Math.max(Math.max(contacts[0], contacts[1]), Math.max(contacts[2], contacts[3])) >= ALONG_SIDE
                || Math.max(contacts[0], contacts[1]) >= AT_CORNER && Math.max(contacts[2], contacts[3]) >= AT_CORNER;
    }

    /** The share of each side of the picture (left, right, top, bottom) that a piece touches. */
    private static double[] contacts(int[] numbers, GrayImage ink, Piece piece) {
        int w = ink.width();
        int h = ink.height();
        double[] contacts = new double[4];
        for (int y = 0; y < h; y++) {
            contacts[0] += numbers[y * w] == piece.number() ? 1.0 / h : 0;
            contacts[1] += numbers[y * w + w - 1] == piece.number() ? 1.0 / h : 0;
        }
        for (int x = 0; x < w; x++) {
            contacts[2] += numbers[x] == piece.number() ? 1.0 / w : 0;
            contacts[3] += numbers[(h - 1) * w + x] == piece.number() ? 1.0 / w : 0;
        }
        return contacts;
    }

    private static GrayImage withoutSpecks(GrayImage ink) {
        Pieces pieces = Pieces.of(ink, Pieces.WEAKEST);
        double most = pieces.all().stream().mapToDouble(Piece::ink).max().orElse(0);
        boolean[] kept = pieces.marks(true);
        for (Piece piece : pieces.all()) {
            kept[piece.number()] = piece.ink() >= SMALLEST_SHARE * most;
        }
        return pieces.only(kept);
    }
}
