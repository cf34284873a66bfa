package dev.mnistnative.data;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.RecordType;
import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.Content;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/** Cuts CSV text (RFC 4180, UTF-8) into fields by FastCSV and hands them on, one after the other. */
final class CsvRecords extends CsvCallbackHandler<Boolean> {
    /** What becomes of the fields. */
    interface Sink {
        /** A field, to be read before the next one comes. */
        void field(int column, CsvField field) throws IOException;

        /** All fields of a record have come. */
        void endOfRecord(int fields) throws IOException;

        /** A line that begins with #, without that. */
        void comment(String text) throws IOException;
    }

    /** Characters of the longest field. */
    private static final int MAX_FIELD = 1 << 20;

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final String file;
    private final boolean collapses;
    private final CsvField field = new CsvField();
    private Sink sink;
    private RecordType type = RecordType.DATA;
    private int fields;
    private long line;
    private IOException fault;

    private CsvRecords(String file, CsvDialect dialect) {
        this.file = file;
        this.collapses = dialect.collapses();
    }

    /** Where the present record begins in the file, from 1. */
    long line() {
        return line;
    }

    /** Makes the sink of the records, which may ask for their lines. */
    interface SinkMaker {
        Sink make(CsvRecords records) throws IOException;
    }

    /** Reads all records; the content stays open. */
    static void read(Content content, CsvDialect dialect, SinkMaker maker) throws IOException {
        CsvRecords records = new CsvRecords(content.name(), dialect);
        records.sink = maker.make(records);
        try {
            Iterator<Boolean> all = de.siegmar.fastcsv.reader.CsvReader.builder()
                    .fieldSeparator(dialect.delimiter())
                    .commentStrategy(CommentStrategy.READ)
                    .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                    .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                    .allowUnclosedQuote(false)
                    .trimWhitespacesAroundQuotes(true)
                    .maxBufferSize(MAX_FIELD)
                    .build(records, text(content))
                    .iterator();
            while (all.hasNext()) {
                all.next();
            }
        } catch (CsvParseException | java.io.UncheckedIOException e) {
            throw records.explain(e);
        }
    }

    private static Reader text(Content content) throws IOException {
        PushbackReader text =
                new PushbackReader(new InputStreamReader(content.stream(), StandardCharsets.UTF_8.newDecoder()));
        try {
            int first = text.read();
            if (first >= 0 && first != BYTE_ORDER_MARK) {
                text.unread(first);
            }
            return text;
        } catch (CharacterCodingException e) {
            throw notUtf8(content.name(), 1);
        } catch (IOException e) {
            throw Content.explain(content.name(), e);
        }
    }

    /** What went wrong within FastCSV: our own fault of before, the text's, or the disk's. */
    private IOException explain(RuntimeException e) {
        if (fault != null) {
            return fault;
        }
        if (e.getCause() instanceof CharacterCodingException) {
            return notUtf8(file, line);
        }
        if (e.getCause() instanceof IOException io) {
            return Content.explain(file, io);
        }
        if (e.getCause() instanceof RuntimeException other) {
            throw other;
        }
        String what = String.valueOf(e.getMessage());
        if (what.contains("after closing quote")) {
            return fault("text follows a closing quote", "double the quotes within it");
        }
        if (what.contains("Unclosed")) {
            return fault("a quoted field does not end", "close the quote");
        }
        return fault(
                "a field is longer than " + MAX_FIELD + " characters or a quoted one does not end",
                "check that it is a CSV file");
    }

    private static DataFormatException notUtf8(String file, long line) {
        return DataFormatException.of(file, "line " + line + " or what follows is not UTF-8 text", "save it as UTF-8");
    }

    /** A fault at the present record. */
    DataFormatException fault(String what, String remedy) {
        return DataFormatException.of(file, "line " + line + ": " + what, remedy);
    }

    @Override
    protected RecordType getRecordType() {
        return type;
    }

    @Override
    protected int getFieldCount() {
        return fields;
    }

    @Override
    protected void beginRecord(long startingLineNumber) {
        line = startingLineNumber;
        fields = 0;
        type = RecordType.DATA;
    }

    @Override
    protected void addField(char[] buffer, int offset, int length, boolean quoted) {
        if (!(collapses && length == 0 && !quoted)) {
            try {
                sink.field(fields++, field.at(buffer, offset, length));
            } catch (IOException e) {
                throw passing(e);
            }
        }
    }

    @Override
    protected void setComment(char[] buffer, int offset, int length) {
        type = RecordType.COMMENT;
        try {
            sink.comment(new String(buffer, offset, length));
        } catch (IOException e) {
            throw passing(e);
        }
    }

    @Override
    protected void setEmpty() {
        type = RecordType.EMPTY;
    }

    @Override
    protected Boolean buildRecord() {
        if (type == RecordType.DATA && fields > 0) {
            try {
                sink.endOfRecord(fields);
            } catch (IOException e) {
                throw passing(e);
            }
        }
        return Boolean.TRUE;
    }

    /** FastCSV knows no checked exceptions: it ends by an unchecked one, and {@link #explain} gives ours again. */
    private CsvParseException passing(IOException e) {
        fault = e;
        return new CsvParseException(String.valueOf(e.getMessage()), e);
    }
}
