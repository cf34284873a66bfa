package dev.mnistnative.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The pieces that a drawing is made of: pixels with ink that hang together, diagonally too. */
final class Pieces {
    /** Ink weaker than this belongs to no piece. */
    static final float WEAKEST = 0.08f;

    private final GrayImage ink;
    private final int[] piece;
    private final int[] waiting;
    private final List<Piece> all = new ArrayList<>();

    /** A piece's number from 1 in {@link Pieces#numbers()}, ink, pixels, and the box around it, ends included. */
    record Piece(int number, double ink, int pixels, int left, int top, int right, int bottom) {
        int width() {
            return right - left + 1;
        }

        int height() {
            return bottom - top + 1;
        }

        /** Whether it reaches the border of the image that it is part of. */
        boolean touches(GrayImage image) {
            return left == 0 || top == 0 || right == image.width() - 1 || bottom == image.height() - 1;
        }
    }

    private Pieces(GrayImage ink, float weakest) {
        this.ink = ink;
        piece = new int[ink.values().length];
        waiting = new int[ink.values().length];
        for (int i = 0; i < piece.length; i++) {
            if (isNew(i, weakest)) {
                all.add(fill(i, weakest));
            }
        }
    }

    static Pieces of(GrayImage ink, float weakest) {
        return new Pieces(ink, weakest);
    }

    List<Piece> all() {
        return all;
    }

    /** For each pixel the number of its piece, 0 for none. */
    int[] numbers() {
        return piece;
    }

    private boolean isNew(int i, float weakest) {
        return piece[i] == 0 && ink.values()[i] >= weakest;
    }

    private Piece fill(int start, float weakest) {
        int number = all.size() + 1;
        int w = ink.width();
        int count = 0;
        int pixels = 0;
        double sum = 0;
        int left = w;
        int top = ink.height();
        int right = 0;
        int bottom = 0;
        piece[start] = number;
        waiting[count++] = start;
        while (count > 0) {
            int i = waiting[--count];
            int x = i % w;
            int y = i / w;
            pixels++;
            sum += ink.values()[i];
            left = Math.min(left, x);
            right = Math.max(right, x);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
            for (int ny = Math.max(0, y - 1); ny <= Math.min(ink.height() - 1, y + 1); ny++) {
                for (int nx = Math.max(0, x - 1); nx <= Math.min(w - 1, x + 1); nx++) {
                    int neighbour = ny * w + nx;
                    if (isNew(neighbour, weakest)) {
                        piece[neighbour] = number;
                        waiting[count++] = neighbour;
                    }
                }
            }
        }
        return new Piece(number, sum, pixels, left, top, right, bottom);
    }

    /** The ink of the pieces that are kept, by number. */
    GrayImage only(boolean[] kept) {
        float[] values = ink.values().clone();
        for (int i = 0; i < values.length; i++) {
            if (piece[i] == 0 || !kept[piece[i]]) {
                values[i] = 0;
            }
        }
        return new GrayImage(ink.width(), ink.height(), values);
    }

    /** Room for a mark of each piece, by number. */
    boolean[] marks(boolean mark) {
        boolean[] marks = new boolean[all.size() + 1];
        Arrays.fill(marks, mark);
        return marks;
    }
}
