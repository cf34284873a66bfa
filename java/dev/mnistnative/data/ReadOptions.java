package dev.mnistnative.data;

import java.util.OptionalInt;

/**
 * What a file does not say by itself.
 *
 * @param ignoreIndex a label that is allowed although it is no class; PyTorch's default is −100
 * @param classes number of classes, 1 or more; empty = the largest label + 1
 * @param labelColumn CSV: name of the column with the labels; null = all columns are features
 */
public record ReadOptions(long ignoreIndex, OptionalInt classes, String labelColumn) {
    /** ignore_index −100, classes and label column not told. */
    public static final ReadOptions DEFAULT =
            new ReadOptions(Dataset.DEFAULT_IGNORE_INDEX, OptionalInt.empty(), null);

    public ReadOptions {
        if (classes.isPresent() && classes.getAsInt() < 1) {
            throw new IllegalArgumentException("classes must be 1 or more, not " + classes.getAsInt());
        }
    }

    public ReadOptions withIgnoreIndex(long label) {
        return new ReadOptions(label, classes, labelColumn);
    }

    public ReadOptions withClasses(int count) {
        return new ReadOptions(ignoreIndex, OptionalInt.of(count), labelColumn);
    }

    public ReadOptions withLabelColumn(String name) {
        return new ReadOptions(ignoreIndex, classes, name);
    }
}
