package dev.mnistnative.image;

import java.util.Arrays;

/** Finds the pieces that a drawing is made of, and drops what is too small to be one. */
final class Specks {
    /** Ink weaker than this belongs to no piece. */
    private static final float WEAKEST = 0.08f;

    /** Of the largest piece's ink the share that a piece must have. */
    private static final double SMALLEST_SHARE = 0.04;

    private final GrayImage ink;
    private final int[] piece;
    private final int[] waiting;
    private double[] sums = new double[16];
    private int pieces;

    private Specks(GrayImage ink) {
        this.ink = ink;
        piece = new int[ink.values().length];
        waiting = new int[ink.values().length];
    }

    /** The ink without specks; what is left keeps its strength. */
    static GrayImage removed(GrayImage ink) {
        Specks specks = new Specks(ink);
        for (int i = 0; i < specks.piece.length; i++) {
            if (specks.isNew(i)) {
                specks.fill(i);
            }
        }
        return specks.largePieces();
    }

    private boolean isNew(int i) {
        return piece[i] == 0 && ink.values()[i] >= WEAKEST;
    }

    /** Gives all that hangs together with this pixel, diagonally too, the next number, from 1. */
    private void fill(int start) {
        pieces++;
        if (pieces == sums.length) {
            sums = Arrays.copyOf(sums, 2 * sums.length);
        }
        int count = 0;
        piece[start] = pieces;
        waiting[count++] = start;
        while (count > 0) {
            int i = waiting[--count];
            sums[pieces] += ink.values()[i];
            int x = i % ink.width();
            int y = i / ink.width();
            for (int ny = Math.max(0, y - 1); ny <= Math.min(ink.height() - 1, y + 1); ny++) {
                for (int nx = Math.max(0, x - 1); nx <= Math.min(ink.width() - 1, x + 1); nx++) {
                    int neighbour = ny * ink.width() + nx;
                    if (isNew(neighbour)) {
                        piece[neighbour] = pieces;
                        waiting[count++] = neighbour;
                    }
                }
            }
        }
    }

    private GrayImage largePieces() {
        double least = SMALLEST_SHARE * Arrays.stream(sums).max().orElse(0);
        float[] values = ink.values().clone();
        for (int i = 0; i < values.length; i++) {
            if (piece[i] == 0 || sums[piece[i]] < least) {
                values[i] = 0;
            }
        }
        return new GrayImage(ink.width(), ink.height(), values);
    }
}
