package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Collects a table's labels. If every one is a whole number, however it is written ("3", "3.0", "3e0"), they are the
 * class numbers; else each distinct text is a class, numbered in the texts' order. Where names are given, labels are
 * those names (names that are numbers are compared by value), or the numbers of the classes if all names are texts.
 */
final class CsvLabels {
    private static final int MAX_NAMES = 1 << 20;
    private static final int SHOWN = 10;

    private final String file;
    private final ReadOptions options;
    private final Map<String, Integer> codes = new HashMap<>();
    private final List<String> texts = new ArrayList<>(); // by code
    private final List<Long> lines = new ArrayList<>(); // where each was first seen
    private final GrowingMemory memory;

    CsvLabels(String file, ReadOptions options) throws IOException {
        this.file = file;
        this.options = options;
        this.memory = new GrowingMemory(1 << 12, DirectMemory.MAX_BYTES, file);
    }

    void add(String text, long line) throws IOException {
        Integer code = codes.get(text);
        if (code == null) {
            if (text.isEmpty()) {
                throw DataFormatException.of(
                        file, "line " + line + ": the label is empty", "fill it in or leave the row out");
            }
            if (texts.size() == MAX_NAMES) {
                throw DataFormatException.of(
                        file,
                        "it has more than " + MAX_NAMES + " different labels",
                        "check the label column (--label-column)");
            }
            code = texts.size();
            texts.add(text);
            lines.add(line);
            codes.put(text, code);
        }
        put(code);
    }

    /** @param columns the label's columns: one holds 1, all others 0 */
    void addOneHot(String[] columns, long line) throws IOException {
        int label = -1;
        for (int i = 0; i < columns.length; i++) {
            double value = CsvField.number(columns[i]);
            if (value != 0 && value != 1 || value == 1 && label >= 0) {
                label = columns.length;
                break;
            }
            label = value == 1 ? i : label;
        }
        if (label < 0 || label == columns.length) {
            throw DataFormatException.of(
                    file,
                    "line " + line + ": the label columns are no one-hot row: one of them must be 1, all others 0",
                    "correct the row or name one column that holds the class (--label-column)");
        }
        put(label);
    }

    private void put(int code) throws IOException {
        memory.withRoomFor(Integer.BYTES).putInt(code);
    }

    /** Labels [N] and the classes' names in order, empty where the labels are plain numbers. */
    record Result(IntBuffer labels, List<String> classNames) {}

    /** Of one-hot columns. @param named whether the columns have names: those of the classes */
    Result finishOneHot(List<String> columns, boolean named) throws IOException {
        IntBuffer labels = memory.finish().asIntBuffer();
        List<String> given = options.classNames();
        options.notes()
                .accept(file + ": its " + columns.size() + " label columns are the one-hot form of as many classes");
        if (named && given.size() == columns.size() && given.containsAll(columns)) {
            for (int i = 0; i < labels.limit(); i++) {
                labels.put(i, given.indexOf(columns.get(labels.get(i))));
            }
        }
        return new Result(labels, given.isEmpty() && named ? columns : given);
    }

    Result finish() throws IOException {
        ByteBuffer bytes = memory.finish();
        IntBuffer labels = bytes.asIntBuffer();
        List<String> given = options.classNames();
        boolean numbers =
                given.isEmpty() ? areNumbers() : areNumbers() && given.stream().noneMatch(CsvField::isNumber);
        List<String> names = !given.isEmpty() || numbers ? given : ownNames();
        Map<String, Integer> labelOfName = new HashMap<>();
        for (int i = names.size() - 1; i >= 0; i--) {
            labelOfName.put(canonical(names.get(i)), i);
        }
        int[] labelOf = new int[texts.size()];
        for (int code = 0; code < labelOf.length; code++) {
            labelOf[code] = numbers
                    ? Labels.check(CsvField.number(texts.get(code)), where(code), options, file)
                    : named(code, labelOfName, names);
        }
        for (int i = 0; i < labels.limit(); i++) {
            labels.put(i, labelOf[labels.get(i)]);
        }
        return new Result(labels, names);
    }

    /** Whether the labels are class numbers; refuses numbers among which others are missing. */
    private boolean areNumbers() throws IOException {
        int missing = -1;
        int numbers = 0;
        for (int code = 0; code < texts.size(); code++) {
            if (CsvField.isNumber(texts.get(code))) {
                numbers++;
            } else if (CsvField.isMissing(texts.get(code))) {
                missing = code;
            } else {
                return false;
            }
        }
        if (missing >= 0 && numbers > 0) {
            throw DataFormatException.of(
                    file,
                    where(missing) + " is '" + texts.get(missing) + "', but others are numbers",
                    "fill it in or leave the row out");
        }
        return numbers > 0;
    }

    /** The distinct texts in their order. */
    private List<String> ownNames() {
        Set<String> names = new LinkedHashSet<>();
        texts.stream()
                .filter(text -> !isIgnored(text))
                .map(CsvLabels::canonical)
                .sorted()
                .forEach(names::add);
        List<String> numbers = texts.stream()
                .filter(CsvField::isNumber)
                .filter(t -> !isIgnored(t))
                .toList();
        if (!numbers.isEmpty()) {
            options.notes()
                    .accept(file + ": among its labels are texts and numbers (" + numbers.get(0) + "); each of the "
                            + names.size() + " is taken for the name of a class");
        }
        return List.copyOf(names);
    }

    /** A number in one form, whichever way it is written; other texts as they are. */
    private static String canonical(String text) {
        double value = CsvField.number(text);
        return value == (long) value && Math.abs(value) <= Labels.MAX_LABEL ? String.valueOf((long) value) : text;
    }

    private boolean isIgnored(String text) {
        return CsvField.number(text) == options.ignoreIndex();
    }

    private int named(int code, Map<String, Integer> labelOfName, List<String> names) throws IOException {
        String text = texts.get(code);
        Integer label = labelOfName.get(canonical(text));
        if (label == null && isIgnored(text)) {
            return (int) options.ignoreIndex();
        }
        if (label == null) {
            throw DataFormatException.of(
                    file,
                    where(code) + " is '" + text + "', which is not among the classes "
                            + names.subList(0, Math.min(SHOWN, names.size())),
                    "correct it or train with that class");
        }
        return label;
    }

    private String where(int code) {
        return "line " + lines.get(code) + ": the label";
    }
}
