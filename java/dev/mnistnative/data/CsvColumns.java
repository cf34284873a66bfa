package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What each column of a table is: a feature, part of the label, or left out. */
final class CsvColumns {
    private static final int LEFT_OUT = -1;
    private static final int SHOWN = 10;

    private final String file;
    private final ReadOptions options;
    private final List<String> names; // of all columns; their numbers where there is no header
    private final boolean header;
    private final List<Integer> labels = new ArrayList<>();
    private final List<Integer> features = new ArrayList<>(); // columns, in the order of the features
    private final List<Integer> targets = new ArrayList<>(); // columns, in the order of the outputs
    private int weight = LEFT_OUT;
    private final Set<Integer> dropped = new LinkedHashSet<>();
    private final int[] featureOf;

    /**
     * @param names of the columns; null where there is no header
     * @param first a record, to see the columns that are empty
     */
    CsvColumns(String file, ReadOptions options, List<String> names, List<String> first) throws IOException {
        this.file = file;
        this.options = options;
        this.header = names != null;
        this.names = header ? named(names) : numbered(first.size());
        dropEmptyLast(first);
        for (String column : options.csv().dropColumns()) {
            drop(column);
        }
        if (options.labelColumn() != null) {
            findLabels(options.labelColumn());
        }
        for (String column : options.csv().targetColumns()) {
            targets.add(role(column.strip(), "targets", "target column (--target-columns)"));
        }
        if (options.csv().weightColumn() != null) {
            weight = role(options.csv().weightColumn(), "sample weights", "weight column (--sample-weights)");
        }
        requireOneRoleEach();
        findFeatures();
        featureOf = new int[this.names.size()];
        Arrays.fill(featureOf, LEFT_OUT);
        for (int feature = 0; feature < features.size(); feature++) {
            featureOf[features.get(feature)] = feature;
        }
    }

    int count() {
        return names.size();
    }

    boolean hasHeader() {
        return header;
    }

    /** How messages call a column. */
    String name(int column) {
        return header ? "column '" + names.get(column) + "'" : "column " + column;
    }

    /** What names a column to those who leave it out: its number if its name has blanks, unless that is a name. */
    String argument(int column) {
        String number = String.valueOf(column);
        if (!names.get(column).contains(" ")) {
            return names.get(column);
        }
        return names.contains(number) ? "\"" + names.get(column) + "\"" : number;
    }

    int features() {
        return features.size();
    }

    /** Which feature a column is, −1 if none. */
    int featureOf(int column) {
        return featureOf[column];
    }

    /** Columns of the labels, in the order told: none, one, or their one-hot form. */
    List<Integer> labels() {
        return labels;
    }

    /** Columns of the targets, in the order told. */
    List<Integer> targets() {
        return targets;
    }

    /** Names of the targets; empty where there is no header. */
    List<String> targetNames() {
        return header ? targets.stream().map(names::get).toList() : List.of();
    }

    /** The column of the samples' weights, −1 if there is none. */
    int weight() {
        return weight;
    }

    /** Names of the label's columns. */
    List<String> labelNames() {
        return labels.stream().map(names::get).toList();
    }

    /** Names of the features; empty where they have none, or one twice: then it is their order that counts. */
    List<String> featureNames() {
        List<String> of = features.stream().map(names::get).toList();
        boolean unique = new HashSet<>(of).size() == of.size();
        if (header && !unique) {
            options.notes()
                    .accept(file + ": two columns have one name, so that columns are known by their order alone");
        }
        return header && unique ? of : List.of();
    }

    /** Columns that may be a counting index: those of a name that says so, and the first of a table without names. */
    boolean[] mayBeIndex() {
        boolean[] may = new boolean[names.size()];
        for (int column : features) {
            may[column] = options.featureNames().isEmpty()
                    && (header ? isIndexName(names.get(column)) : column == 0 && features.size() > 1);
        }
        return may;
    }

    private static boolean isIndexName(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "id", "index", "idx", "row", "row_id", "rowid", "no", "no.", "nr", "#", "imageid" -> true;
            default -> name.startsWith("Unnamed: ");
        };
    }

    /** The header's names; those without are called as pandas calls them. */
    private static List<String> named(List<String> header) {
        List<String> names = new ArrayList<>(header);
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isEmpty()) {
                names.set(i, "Unnamed: " + i);
            }
        }
        return names;
    }

    private static List<String> numbered(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(String.valueOf(i));
        }
        return names;
    }

    /** A delimiter at the end of every line makes a column that is none. */
    private void dropEmptyLast(List<String> first) {
        int last = names.size() - 1;
        boolean nameless = !header || names.get(last).equals("Unnamed: " + last);
        if (last > 0
                && nameless
                && first.size() == names.size()
                && first.get(last).isEmpty()) {
            dropped.add(last);
        }
    }

    private void drop(String column) throws IOException {
        int at = find(column);
        if (at >= 0) {
            dropped.add(at);
        } else if (options.featureNames().isEmpty()) {
            throw noColumn(column, "name columns to leave out that it has (--drop-columns)");
        }
    }

    private void findLabels(String told) throws IOException {
        List<String> wanted = find(told) >= 0 ? List.of(told) : List.of(told.split(",", -1));
        for (String column : wanted) {
            labels.add(role(column.strip(), "labels", "label column (--label-column)"));
        }
    }

    /** The column that somebody names for something else than a feature. */
    private int role(String column, String what, String role) throws IOException {
        int at = find(column);
        if (at < 0) {
            throw noColumn(column, "name one of them as the " + role);
        }
        if (header && names.get(at).equals(column) && names.lastIndexOf(column) != at) {
            throw DataFormatException.of(file, "two columns are called '" + column + "'", "rename one of them");
        }
        if (options.featureNames().contains(names.get(at))) {
            throw DataFormatException.of(
                    file,
                    name(at) + " cannot hold the " + what + ": it is a feature of the model",
                    "name another " + role);
        }
        return at;
    }

    private void requireOneRoleEach() throws IOException {
        Set<Integer> seen = new HashSet<>(labels);
        List<Integer> others = new ArrayList<>(targets);
        if (weight >= 0) {
            others.add(weight);
        }
        for (int column : others) {
            if (!seen.add(column)) {
                throw DataFormatException.of(
                        file,
                        name(column) + " is named twice among labels, targets and weights",
                        "name each column once");
            }
        }
    }

    /** By its name, else by its number from 0, or from −1 backwards; −1 if there is no such column. */
    private int find(String column) {
        int at = names.indexOf(column);
        if (at < 0 && column.isEmpty() && header) {
            return names.indexOf("Unnamed: 0");
        }
        if (at < 0 && column.matches("-?\\d{1,9}")) {
            int number = Integer.parseInt(column);
            int wanted = number < 0 ? names.size() + number : number;
            return wanted >= 0 && wanted < names.size() ? wanted : -1;
        }
        return at;
    }

    private void findFeatures() throws IOException {
        List<Integer> left = new ArrayList<>();
        for (int column = 0; column < names.size(); column++) {
            boolean other = labels.contains(column) || targets.contains(column) || column == weight;
            if (!other && !dropped.contains(column)) {
                left.add(column);
            }
        }
        if (options.featureNames().isEmpty()) {
            features.addAll(left);
        } else if (header) {
            findByName(left);
        } else {
            takeByPosition(left);
        }
        if (features.isEmpty()) {
            throw DataFormatException.of(
                    file,
                    "it has no column beside " + (targets.isEmpty() ? "the label column" : "those of the targets"),
                    "add features");
        }
    }

    private void findByName(List<Integer> left) throws IOException {
        for (String wanted : options.featureNames()) {
            int at = names.indexOf(wanted);
            if (at < 0) {
                throw noColumn(wanted, "which is one of the model's features: add it or rename the one that is meant");
            }
            if (names.lastIndexOf(wanted) != at) {
                throw DataFormatException.of(file, "two columns are called '" + wanted + "'", "rename one of them");
            }
            features.add(at);
        }
        List<Integer> rest = new ArrayList<>(left);
        rest.removeAll(features);
        labels.removeIf(features::contains);
        if (!rest.isEmpty()) {
            options.notes()
                    .accept(file + ": " + (rest.size() == 1 ? "the column " : rest.size() + " columns ")
                            + shown(rest.stream().map(names::get).toList())
                            + (rest.size() == 1 ? " is" : " are") + " none of the model's features and left out");
        }
    }

    private void takeByPosition(List<Integer> left) throws IOException {
        int wanted = options.featureNames().size();
        if (left.size() != wanted) {
            throw DataFormatException.of(
                    file,
                    "it has no header and " + left.size() + " columns, but the model has the " + wanted + " features "
                            + shown(options.featureNames()),
                    "give it a header, or leave columns out (--drop-columns, --label-column)");
        }
        options.notes()
                .accept(file + ": it has no header, so its columns are taken in the order of the model's features");
        features.addAll(left);
    }

    private DataFormatException noColumn(String wanted, String remedy) {
        return DataFormatException.of(
                file,
                header
                        ? "it has no column '" + wanted + "'; its columns are " + shown(names)
                        : "it has no header and no column '" + wanted + "': its columns are 0 … " + (names.size() - 1)
                                + ", and −1 is the last",
                remedy);
    }

    private static String shown(List<String> names) {
        return names.size() <= SHOWN
                ? names.toString()
                : names.subList(0, SHOWN).toString().replaceAll("]$", ", …]");
    }
}
