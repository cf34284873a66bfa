package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.util.Collections;
import java.util.List;

/** Whether a table's first line holds the names of its columns. */
final class CsvHeader {
    /** From so many columns on, 0, 1, 2, … in the first line are the names that pandas gives to columns without. */
    private static final int COUNTED_COLUMNS = 5;

    private final String file;
    private final ReadOptions options;

    CsvHeader(String file, ReadOptions options) {
        this.file = file;
        this.options = options;
    }

    /** @param second the line after the first, empty if there is none */
    boolean isThere(List<String> first, List<String> second) throws IOException {
        if (options.csv().header() != CsvOptions.Header.AUTO) {
            return options.csv().header() == CsvOptions.Header.YES;
        }
        if (namesWhatIsLookedFor(first)) {
            return true;
        }
        int texts = 0;
        int numbers = 0;
        boolean numbersBelow = false;
        boolean onlyTexts = true;
        for (int i = 0; i < first.size(); i++) {
            String below = i < second.size() ? second.get(i) : "";
            onlyTexts &= !CsvField.isNumber(first.get(i));
            if (CsvField.isMissing(first.get(i)) || !(isNumber(below) || second.isEmpty())) {
                continue;
            }
            numbersBelow |= !second.isEmpty();
            if (isNumber(first.get(i))) {
                numbers++;
            } else {
                texts++;
            }
        }
        if (numbers == 0 && texts > 0) {
            return true;
        }
        if (isCounted(first)) {
            note("its first line counts 0, 1, 2, … and is taken for a header (another --header says otherwise)");
            return true;
        }
        if (texts > 0 && !second.isEmpty()) {
            throw DataFormatException.of(
                    file,
                    "whether its first line is a header is unclear: above columns of numbers it has " + texts
                            + " texts and " + numbers + " numbers",
                    "say whether it is one (--header yes or no)");
        }
        if (numbers == 0 && onlyTexts && !numbersBelow) {
            return true; // texts above texts: what is missing will be told by the columns
        }
        note("its first line holds numbers, so it is taken for a table without a header and that line for the first"
                + " sample (another --header says otherwise)");
        return false;
    }

    private boolean isNumber(String text) {
        return CsvField.isNumber(text) || CsvField.hasDecimalComma(text);
    }

    private boolean namesWhatIsLookedFor(List<String> first) {
        String label = options.labelColumn();
        boolean namesLabel = label != null && first.contains(label) && !CsvField.isNumber(label);
        return namesLabel
                || namesFeatures(first)
                || options.csv().dropColumns().stream()
                        .anyMatch(name -> first.contains(name) && !CsvField.isNumber(name));
    }

    /** Names that are numbers must stand in their order: they may be a sample's. */
    private boolean namesFeatures(List<String> first) {
        List<String> names = options.featureNames();
        return !names.isEmpty()
                && first.containsAll(names)
                && (!names.stream().allMatch(CsvField::isNumber) || Collections.indexOfSubList(first, names) >= 0);
    }

    /** Whether the numbers of the first line are 0, 1, 2, …, the columns' own numbers. */
    private static boolean isCounted(List<String> first) {
        int next = 0;
        for (String name : first) {
            if (CsvField.isNumber(name)) {
                if (!name.equals(String.valueOf(next))) {
                    return false;
                }
                next++;
            }
        }
        return next >= COUNTED_COLUMNS || next > 1 && first.get(0).isEmpty(); // above pandas' own index
    }

    private void note(String what) {
        options.notes().accept(file + ": " + what);
    }
}
