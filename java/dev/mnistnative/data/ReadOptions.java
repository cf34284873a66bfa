package dev.mnistnative.data;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * What a file does not say by itself.
 *
 * @param ignoreIndex a label that is allowed although it is no class; PyTorch's default is −100
 * @param classes number of classes, 1 or more; empty = the largest label + 1
 * @param csv how CSV tables are cut into columns
 * @param labelColumn CSV: the column with the labels, by name or by number from 0 (−1 is the last); or several, joined
 *     by commas, that are the labels' one-hot form; null = all columns are features
 * @param classNames CSV and folders of pictures: the classes in the order of their labels, e.g. those of the training
 *     set for its test set; empty = those that the file has
 * @param featureNames CSV: the columns that are features, in the order of a model's inputs; empty = all but the labels,
 *     as the file has them
 * @param answers what must be there beside the samples
 * @param notes is told, a sentence each, what was taken for granted while reading
 */
public record ReadOptions(
        long ignoreIndex,
        OptionalInt classes,
        CsvOptions csv,
        String labelColumn,
        List<String> classNames,
        List<String> featureNames,
        Answers answers,
        Consumer<String> notes) {
    /** ignore_index −100, labels, nothing else told, notes dropped. */
    public static final ReadOptions DEFAULT = new ReadOptions(
            Dataset.DEFAULT_IGNORE_INDEX,
            OptionalInt.empty(),
            CsvOptions.DEFAULT,
            null,
            List.of(),
            List.of(),
            Answers.LABELS,
            note -> {});

    public ReadOptions {
        Objects.requireNonNull(classes, "classes");
        Objects.requireNonNull(csv, "csv");
        Objects.requireNonNull(answers, "answers");
        Objects.requireNonNull(notes, "notes");
        if (classes.isPresent() && classes.getAsInt() < 1) {
            throw new IllegalArgumentException("classes must be 1 or more, not " + classes.getAsInt());
        }
        classNames = List.copyOf(classNames);
        featureNames = List.copyOf(featureNames);
    }

    public ReadOptions withIgnoreIndex(long label) {
        return new ReadOptions(label, classes, csv, labelColumn, classNames, featureNames, answers, notes);
    }

    public ReadOptions withClasses(int count) {
        return new ReadOptions(
                ignoreIndex, OptionalInt.of(count), csv, labelColumn, classNames, featureNames, answers, notes);
    }

    public ReadOptions withCsv(CsvOptions options) {
        return new ReadOptions(ignoreIndex, classes, options, labelColumn, classNames, featureNames, answers, notes);
    }

    public ReadOptions withLabelColumn(String column) {
        return new ReadOptions(ignoreIndex, classes, csv, column, classNames, featureNames, answers, notes);
    }

    public ReadOptions withClassNames(List<String> names) {
        return new ReadOptions(ignoreIndex, classes, csv, labelColumn, names, featureNames, answers, notes);
    }

    public ReadOptions withFeatureNames(List<String> names) {
        return new ReadOptions(ignoreIndex, classes, csv, labelColumn, classNames, names, answers, notes);
    }

    public ReadOptions withAnswers(Answers wanted) {
        return new ReadOptions(ignoreIndex, classes, csv, labelColumn, classNames, featureNames, wanted, notes);
    }

    public ReadOptions withNotes(Consumer<String> listener) {
        return new ReadOptions(ignoreIndex, classes, csv, labelColumn, classNames, featureNames, answers, listener);
    }
}
