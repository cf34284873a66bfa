package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A CSV table: columns of labels (or none), all others numeric features, kept as float32. */
final class CsvReader implements CsvRecords.Sink {
    private static final int MAX_COLUMNS = 1 << 20;
    private static final CsvField BLANK = new CsvField();

    /** Records that are looked at before it is known what the columns are: a header and what stands below it. */
    private static final int LOOKED_AT = 2;

    private final String file;
    private final ReadOptions options;
    private final CsvDialect dialect;
    private final CsvRecords records;
    private final GrowingMemory memory;
    private final CsvLabels labels;
    private final GrowingMemory targets;
    private final GrowingMemory weights;

    private final List<List<String>> first = new ArrayList<>();
    private final List<Long> firstLines = new ArrayList<>();
    private List<String> begun = new ArrayList<>();
    private String comment = ""; // the last one before the first record
    private int laterComments;

    private CsvColumns columns; // null until they are known
    private CsvIndexes indexes;
    private String[] labelTexts;
    private float[] targetValues;
    private float weight;
    private ByteBuffer row;
    private int rowStart;
    private boolean blankBegin;
    private long line;

    private CsvReader(Content content, ReadOptions options, CsvDialect dialect, CsvRecords records) throws IOException {
        this.file = content.name();
        this.options = options;
        this.dialect = dialect;
        this.records = records;
        this.memory = new GrowingMemory(1 << 16, DirectMemory.MAX_BYTES, file);
        this.labels = new CsvLabels(file, options);
        this.targets = new GrowingMemory(1 << 12, DirectMemory.MAX_BYTES, file);
        this.weights = new GrowingMemory(1 << 12, DirectMemory.MAX_BYTES, file);
    }

    static Dataset read(Content content, ReadOptions options) throws IOException {
        CsvDialect.requireUtf8(content);
        List<String> notes = new ArrayList<>(); // told once the table is read: a refusal stands alone
        ReadOptions noting = options.withNotes(notes::add);
        CsvDialect dialect = CsvDialect.of(content, noting);
        CsvReader[] reader = new CsvReader[1];
        CsvRecords.read(content, dialect, records -> reader[0] = new CsvReader(content, noting, dialect, records));
        content.requireUnchanged();
        Dataset read = reader[0].finish();
        notes.forEach(options.notes());
        return read;
    }

    @Override
    public void comment(String text) {
        if (first.isEmpty()) {
            comment = text;
        } else {
            laterComments++;
        }
    }

    @Override
    public void field(int column, CsvField field) throws IOException {
        if (columns != null) {
            if (column == 0) {
                line = records.line();
            }
            put(column, field);
            return;
        }
        begun.add(field.text());
        if (begun.size() > MAX_COLUMNS) {
            throw records.fault("there are more than " + MAX_COLUMNS + " columns", "check that it is a CSV file");
        }
    }

    @Override
    public void endOfRecord(int fields) throws IOException {
        if (columns != null) {
            finishRow(fields);
            return;
        }
        if (!(fields == 1 && begun.get(0).isEmpty())) {
            first.add(begun);
            firstLines.add(records.line());
        }
        begun = new ArrayList<>();
        if (first.size() == LOOKED_AT) {
            begin();
        }
    }

    /** Decides what the columns are and takes the records up to here. */
    private void begin() throws IOException {
        List<String> second = first.size() > 1 ? first.get(1) : List.of();
        Optional<List<String>> commented = commentedNames();
        boolean header = commented.isEmpty() && new CsvHeader(file, options).isThere(first.get(0), second);
        List<String> names = header ? first.get(0) : commented.orElse(null);
        columns = new CsvColumns(file, options, names, header ? second : first.get(0));
        indexes = new CsvIndexes(columns);
        labelTexts = new String[columns.labels().size()];
        targetValues = new float[columns.targets().size()];
        for (int i = header ? 1 : 0; i < first.size(); i++) {
            line = firstLines.get(i);
            List<String> record = first.get(i);
            for (int column = 0; column < record.size(); column++) {
                char[] text = record.get(column).toCharArray();
                put(column, new CsvField().at(text, 0, text.length));
            }
            finishRow(record.size());
        }
    }

    /** The names in a comment above numbers, as numpy.savetxt writes a header. */
    private Optional<List<String>> commentedNames() {
        boolean numbers = first.get(0).stream().anyMatch(CsvField::isNumber);
        if (options.csv().header() == CsvOptions.Header.NO || comment.isBlank() || !numbers) {
            return Optional.empty();
        }
        String between = dialect.collapses() ? "\\s+" : Pattern.quote(String.valueOf(dialect.delimiter()));
        List<String> names = Arrays.stream(comment.strip().split(between, -1))
                .map(String::strip)
                .toList();
        if (names.size() != first.get(0).size() || names.stream().anyMatch(CsvField::isNumber)) {
            return Optional.empty();
        }
        options.notes().accept(file + ": the names of its columns are taken from the comment above them");
        return Optional.of(names);
    }

    private void put(int column, CsvField field) throws IOException {
        if (column == 0) {
            row = memory.withRoomFor(columns.features() * Float.BYTES);
            rowStart = row.position();
            blankBegin = field.isBlank();
            if (blankBegin) {
                return; // perhaps nothing but blanks
            }
        } else if (blankBegin) {
            blankBegin = false;
            putKnown(0, BLANK);
        }
        putKnown(column, field);
    }

    private void putKnown(int column, CsvField field) throws IOException {
        if (column >= columns.count()) {
            throw wrongWidth("more than " + columns.count());
        }
        int feature = columns.featureOf(column);
        if (feature >= 0) {
            float value = number(column, field);
            row.putFloat(rowStart + feature * Float.BYTES, value);
            indexes.see(column, value);
            return;
        }
        int label = columns.labels().indexOf(column);
        if (label >= 0) {
            labelTexts[label] = field.text();
        }
        int target = columns.targets().indexOf(column);
        if (target >= 0) {
            targetValues[target] = number(column, field);
        }
        if (column == columns.weight()) {
            weight = weight(column, field);
        }
    }

    private void finishRow(int fields) throws IOException {
        if (blankBegin && fields == 1 && columns.count() > 1) {
            return;
        }
        if (blankBegin) {
            putKnown(0, BLANK);
        }
        if (fields != columns.count()) {
            throw wrongWidth(String.valueOf(fields));
        }
        row.position(rowStart + columns.features() * Float.BYTES);
        if (labelTexts.length == 1) {
            labels.add(labelTexts[0], line);
        } else if (labelTexts.length > 1) {
            labels.addOneHot(labelTexts, line);
        }
        ByteBuffer to = targets.withRoomFor(targetValues.length * Float.BYTES);
        for (float value : targetValues) {
            to.putFloat(value);
        }
        if (columns.weight() >= 0) {
            weights.withRoomFor(Float.BYTES).putFloat(weight);
        }
    }

    private float weight(int column, CsvField field) throws IOException {
        float value = number(column, field);
        if (value < 0) {
            throw DataFormatException.of(
                    file,
                    "line " + line + ", " + columns.name(column) + ": the weight is " + field.text()
                            + ", but weights are 0 or more",
                    "correct it, or name another column of weights");
        }
        return value;
    }

    private float number(int column, CsvField field) throws IOException {
        float value = field.number();
        if (Float.isFinite(value)) {
            return value;
        }
        String text = field.text();
        String shown = text.length() > 40 ? text.substring(0, 40) + "…" : text;
        String where = "line " + line + ", " + columns.name(column) + ": ";
        if (CsvField.hasDecimalComma(text)) {
            throw DataFormatException.of(
                    file,
                    where + "'" + shown + "' has a decimal comma",
                    "write numbers with a point, e.g. with pandas' to_csv(…, decimal='.')");
        }
        if (columns.featureOf(column) < 0) {
            throw DataFormatException.of(
                    file,
                    where + "'" + shown + "' is no finite float32 number",
                    CsvField.isMissing(text)
                            ? "fill it in, or leave out the row"
                            : "correct it, or name another column for the "
                                    + (column == columns.weight() ? "weights" : "targets"));
        }
        throw DataFormatException.of(
                file,
                where + "'" + shown + "' is no finite float32 number",
                CsvField.isMissing(text)
                        ? "fill it in, or leave out the row or the column (--drop-columns)"
                        : "make the column numeric, leave it out (--drop-columns) or name it as the label column"
                                + " (--label-column)");
    }

    private DataFormatException wrongWidth(String found) {
        return DataFormatException.of(
                file,
                "line " + line + " has " + found + " fields where "
                        + (columns.hasHeader() ? "the header" : "the first line") + " has " + columns.count(),
                "correct the row, quote fields that hold a " + CsvDialect.name(dialect.delimiter())
                        + ", write numbers with a decimal point");
    }

    private Dataset finish() throws IOException {
        if (columns == null && first.isEmpty()) {
            throw DataFormatException.of(file, "it is empty", "give a CSV file with data");
        }
        if (columns == null) {
            begin();
        }
        ByteBuffer pixels = memory.finish();
        if (pixels.limit() == 0) {
            throw DataFormatException.of(file, "it has a header but no rows", "give a file with data");
        }
        if (laterComments > 0) {
            options.notes()
                    .accept(file + ": " + laterComments + " line" + (laterComments > 1 ? "s" : "")
                            + " below the first that begin with # are taken for comments and left out");
        }
        indexes.tell(note -> options.notes().accept(file + ": " + note));
        CsvLabels.Result result = switch (labelTexts.length) {
            case 0 -> new CsvLabels.Result(null, List.of());
            case 1 -> labels.finish();
            default -> labels.finishOneHot(columns.labelNames(), columns.hasHeader());
        };
        var read = new ArrayReader.Pixels(PixelType.FLOAT32, 1, new int[] {columns.features()}, pixels);
        Supervision taught = Supervision.ofLabels(result.labels());
        if (targetValues.length > 0) {
            taught = taught.withTargets(targets.finish().asFloatBuffer(), targetValues.length)
                    .withTargetNames(columns.targetNames());
        }
        if (columns.weight() >= 0) {
            taught = taught.withWeights(weights.finish().asFloatBuffer());
        }
        return DataFiles.assemble(read, taught, options, result.classNames(), columns.featureNames());
    }
}
