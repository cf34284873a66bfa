package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.Content;
import dev.mnistnative.data.CsvTokens.End;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;

/** A CSV table with a header: one column of labels (or none), all others numeric features, kept as float32. */
final class CsvReader {
    private static final int MAX_COLUMNS = 1 << 20;

    private final Content content;
    private final ReadOptions options;
    private final CsvTokens tokens;
    private final List<String> columns = new ArrayList<>();
    private final int labelColumn;

    private CsvReader(Content content, ReadOptions options) throws IOException {
        this.content = content;
        this.options = options;
        this.tokens = new CsvTokens(content);
        readHeader();
        this.labelColumn = options.labelColumn() == null ? -1 : findLabelColumn(options.labelColumn());
    }

    static Dataset read(Content content, ReadOptions options) throws IOException {
        return new CsvReader(content, options).readRows();
    }

    private void readHeader() throws IOException {
        if (tokens.atEnd()) {
            throw DataFormatException.of(content.name(), "it is empty", "give a CSV file with a header");
        }
        End end;
        do {
            end = tokens.readField();
            columns.add(tokens.text());
            if (columns.size() > MAX_COLUMNS) {
                throw tokens.fault("there are more than " + MAX_COLUMNS + " columns", "check that it is a CSV file");
            }
        } while (end == End.FIELD);
    }

    private int findLabelColumn(String name) throws IOException {
        int at = columns.indexOf(name);
        if (at < 0) {
            throw DataFormatException.of(
                    content.name(),
                    "it has no column '" + name + "'; its columns begin with "
                            + columns.subList(0, Math.min(10, columns.size())),
                    "name one of them as the label column");
        }
        if (at != columns.lastIndexOf(name)) {
            throw DataFormatException.of(content.name(), "two columns are called '" + name + "'", "rename one of them");
        }
        return at;
    }

    private Dataset readRows() throws IOException {
        int features = columns.size() - (labelColumn < 0 ? 0 : 1);
        if (features == 0) {
            throw DataFormatException.of(content.name(), "it has no column beside the label column", "add features");
        }
        GrowingMemory pixels = new GrowingMemory(1 << 16, DirectMemory.MAX_BYTES, content.name());
        CsvLabels labels = new CsvLabels(content.name());
        while (!tokens.atEnd()) {
            readRow(pixels.withRoomFor(features * Float.BYTES), labels);
        }
        ByteBuffer memory = pixels.finish();
        if (memory.limit() == 0) {
            throw DataFormatException.of(content.name(), "it has a header but no rows", "give a file with data");
        }
        return toDataset(memory, features, labels);
    }

    private void readRow(ByteBuffer pixels, CsvLabels labels) throws IOException {
        int record = tokens.record();
        End end = End.FIELD;
        for (int column = 0; column < columns.size(); column++) {
            if (end != End.FIELD) {
                throw wrongWidth(record, column + " fields");
            }
            end = tokens.readField();
            if (column == labelColumn) {
                labels.add(tokens.text());
            } else {
                pixels.putFloat(feature(record, column));
            }
        }
        if (end == End.FIELD) {
            throw wrongWidth(record, "more fields");
        }
    }

    private float feature(int record, int column) throws IOException {
        float value = tokens.number();
        if (Float.isFinite(value)) {
            return value;
        }
        String text = tokens.text();
        throw DataFormatException.of(
                content.name(),
                "record " + record + ", column '" + columns.get(column) + "': '"
                        + text.substring(0, Math.min(40, text.length())) + "' is no finite float32 number",
                "make the column numeric or name it as the label column");
    }

    private DataFormatException wrongWidth(int record, String found) {
        return DataFormatException.of(
                content.name(),
                "record " + record + " has " + found + " where the header has " + columns.size(),
                "correct the row");
    }

    private List<String> featureNames() {
        List<String> names = new ArrayList<>(columns);
        if (labelColumn >= 0) {
            names.remove(labelColumn);
        }
        return names;
    }

    private Dataset toDataset(ByteBuffer memory, int features, CsvLabels collected) throws IOException {
        IntBuffer labels = null;
        List<String> names = List.of();
        if (labelColumn >= 0) {
            CsvLabels.Result result = collected.finish(options);
            labels = result.labels();
            names = result.classNames();
        }
        var pixels = new ArrayReader.Pixels(PixelType.FLOAT32, 1, new int[] {features}, memory);
        return DataFiles.assemble(pixels, labels, options, names, featureNames());
    }
}
