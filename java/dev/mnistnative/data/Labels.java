package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
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

    /**
     * A file's number as the label it must be.
     *
     * @param index which label of the file, for the message
     * @throws DataFormatException if it is no whole number or neither a class nor the options' ignore_index
     */
    static int check(double value, long index, ReadOptions options, String file) throws IOException {
        boolean whole = value == Math.rint(value) && Math.abs(value) <= MAX_LABEL;
        boolean ignored = value == options.ignoreIndex();
        boolean isClass = value >= 0 && value < options.classes().orElse(Integer.MAX_VALUE);
        if (whole && (ignored || isClass)) {
            return (int) value;
        }
        throw DataFormatException.of(
                file,
                "label " + index + " is " + plain(value) + ", but labels are whole numbers 0 … "
                        + (options.classes().isPresent() ? options.classes().getAsInt() - 1 : "classes − 1")
                        + " or the ignore_index " + options.ignoreIndex(),
                "correct the label or tell ignore_index");
    }

    private static String plain(double value) {
        return value == (long) value ? Long.toString((long) value) : Double.toString(value);
    }
}
