package dev.mnistnative.data;

import java.util.Arrays;

/** Labels as rows with a single 1, as torch.nn.functional.one_hot makes them. */
public final class OneHot {
    private OneHot() {}

    /** {@link #encode(int[], int)} with as many classes as the largest label needs: max + 1. */
    public static int[][] encode(int[] labels) {
        return encode(labels, Arrays.stream(labels).max().orElse(-1) + 1);
    }

    /**
     * The matrix [labels.length, classes] with a 1 at each row's label and 0 elsewhere.
     *
     * @throws IllegalArgumentException if a label is not within 0 … classes − 1
     */
    public static int[][] encode(int[] labels, int classes) {
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException("one-hot: label " + i + " is " + labels[i]
                        + ", outside the classes 0 … " + (classes - 1) + "; ask for more classes or leave it out");
            }
        }
        int[][] rows = new int[labels.length][classes];
        for (int i = 0; i < labels.length; i++) {
            rows[i][labels[i]] = 1;
        }
        return rows;
    }
}
