package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects a CSV's labels. If every one is a whole number they are the class numbers; else each distinct text is a
 * class, numbered in the texts' order, or that of the names given. Names that are numbers are names all the same.
 */
final class CsvLabels {
    private static final int MAX_NAMES = 1 << 20;

    private final String file;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> texts = new ArrayList<>();
    private final GrowingMemory memory;
    private int count;

    CsvLabels(String file) throws IOException {
        this.file = file;
        this.memory = new GrowingMemory(1 << 12, DirectMemory.MAX_BYTES, file);
    }

    void add(String text) throws IOException {
        Integer number = numbers.get(text);
        if (number == null) {
            if (text.isEmpty()) {
                throw DataFormatException.of(file, "label " + count + " is empty", "fill it in or leave the row out");
            }
            if (texts.size() == MAX_NAMES) {
                throw DataFormatException.of(
                        file, "it has more than " + MAX_NAMES + " different labels", "check the label column");
            }
            number = texts.size();
            texts.add(text);
            numbers.put(text, number);
        }
        memory.withRoomFor(Integer.BYTES).putInt(number);
        count++;
    }

    /** Labels [N] and the classes' names in order, empty where the labels are plain numbers. */
    record Result(IntBuffer labels, List<String> classNames) {}

    Result finish(ReadOptions options) throws IOException {
        ByteBuffer bytes = memory.finish();
        IntBuffer codes = bytes.asIntBuffer();
        List<String> given = options.classNames();
        boolean numbers = texts.stream().allMatch(CsvLabels::isWhole) && !given.containsAll(texts);
        List<String> names =
                !given.isEmpty() || numbers ? given : texts.stream().sorted().toList();
        int[] labelOf = new int[texts.size()];
        for (int code = 0; code < labelOf.length; code++) {
            labelOf[code] = numbers ? number(texts.get(code), code, codes, options) : named(code, codes, names);
        }
        for (int i = 0; i < codes.limit(); i++) {
            codes.put(i, labelOf[codes.get(i)]);
        }
        return new Result(codes, names);
    }

    private static boolean isWhole(String text) {
        return text.matches("[-+]?\\d{1,18}(\\.0*)?");
    }

    private int number(String text, int code, IntBuffer codes, ReadOptions options) throws IOException {
        return Labels.check(Double.parseDouble(text), indexOf(code, codes), options, file);
    }

    private int named(int code, IntBuffer codes, List<String> names) throws IOException {
        int label = names.indexOf(texts.get(code));
        if (label < 0) {
            throw DataFormatException.of(
                    file,
                    "label " + indexOf(code, codes) + " is '" + texts.get(code) + "', which is not among the classes "
                            + names.subList(0, Math.min(10, names.size())),
                    "correct it or train with that class");
        }
        return label;
    }

    private static int indexOf(int code, IntBuffer codes) {
        int i = 0;
        while (codes.get(i) != code) {
            i++;
        }
        return i;
    }
}
