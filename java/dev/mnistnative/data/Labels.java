package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.nio.IntBuffer;

/** What is allowed as a label. */
final class Labels {
    /** The largest label: classes = label + 1 must be an int. */
    static final int MAX_LABEL = Integer.MAX_VALUE - 1;

    /** Classes that a file may claim where nobody told how many there are: what comes after takes memory for each. */
    private static final int MOST_CLASSES = 1 << 20;

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
        return isAllowed(value, options) ? (int) value : check(value, "label " + index, options, file);
    }

    /** @param where which label, for the message */
    static int check(double value, String where, ReadOptions options, String file) throws IOException {
        if (isAllowed(value, options)) {
            return (int) value;
        }
        throw DataFormatException.of(
                file,
                where + " is " + plain(value) + ", but labels are whole numbers 0 … " + greatest(value, options)
                        + " or the ignore_index " + options.ignoreIndex(),
                value == Math.rint(value)
                        ? "correct the label, or tell with ignore_index (--ignore-index) that it counts for nothing"
                        : "give class numbers, or learn such numbers as targets (--targets) with a loss that "
                                + "takes them");
    }

    private static String greatest(double value, ReadOptions options) {
        if (options.classes().isPresent()) {
            return String.valueOf(options.classes().getAsInt() - 1);
        }
        return value < MOST_CLASSES ? "classes − 1" : (MOST_CLASSES - 1) + " where the number of classes is not told,";
    }

    private static boolean isAllowed(double value, ReadOptions options) {
        boolean whole = value == Math.rint(value) && Math.abs(value) <= MAX_LABEL;
        boolean ignored = value == options.ignoreIndex();
        return whole && (ignored || value >= 0 && value < options.classes().orElse(MOST_CLASSES));
    }

    private static String plain(double value) {
        return value == (long) value ? Long.toString((long) value) : Double.toString(value);
    }
}
