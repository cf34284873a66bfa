package dev.mnistnative.data;

import java.nio.IntBuffer;

/** What is allowed as a label. */
final class Labels {
    /** The largest label: classes = label + 1 must be an int. */
    static final int MAX_LABEL = Integer.MAX_VALUE - 1;

    private Labels() {}

    /**
     * The largest label + 1, ignored ones aside; 0 if all are ignored.
     *
     * @throws IllegalArgumentException if a label is negative and not `ignoreIndex`
     */
    static int countClasses(IntBuffer labels, long ignoreIndex) {
        int classes = 0;
        for (int i = 0; i < labels.limit(); i++) {
            int label = labels.get(i);
            if (label == ignoreIndex) {
                continue;
            }
            if (label < 0 || label > MAX_LABEL) {
                throw new IllegalArgumentException("labels: label " + i + " is " + label
                        + "; labels are 0 … classes − 1, or the ignore_index " + ignoreIndex);
            }
            classes = Math.max(classes, label + 1);
        }
        return classes;
    }
}
