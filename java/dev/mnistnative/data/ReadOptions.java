package dev.mnistnative.data;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What a file does not say by itself.
 *
 * @param ignoreIndex a label that is allowed although it is no class; PyTorch's default is −100
 * @param classes number of classes, 1 or more; empty = the largest label + 1
 * @param labelColumn CSV: name of the column with the labels; null = all columns are features
 * @param classNames CSV: the classes in the order of their labels, e.g. those of the training set for its test
 *     set; empty = those that the file has
 */
public record ReadOptions(long ignoreIndex, OptionalInt classes, String labelColumn, List<String> classNames) {
    /** ignore_index −100, classes and label column not told. */
    public static final ReadOptions DEFAULT =
            new ReadOptions(Dataset.DEFAULT_IGNORE_INDEX, OptionalInt.empty(), null, List.of());

    public ReadOptions {
        Objects.requireNonNull(classes, "classes");
        if (classes.isPresent() && classes.getAsInt() < 1) {
            throw new IllegalArgumentException("classes must be 1 or more, not " + classes.getAsInt());
        }
        classNames = List.copyOf(classNames);
    }

    public ReadOptions withIgnoreIndex(long label) {
        return new ReadOptions(label, classes, labelColumn, classNames);
    }

    public ReadOptions withClasses(int count) {
        return new ReadOptions(ignoreIndex, OptionalInt.of(count), labelColumn, classNames);
    }

    public ReadOptions withLabelColumn(String name) {
        return new ReadOptions(ignoreIndex, classes, name, classNames);
    }

    public ReadOptions withClassNames(List<String> names) {
        return new ReadOptions(ignoreIndex, classes, labelColumn, names);
    }
}
