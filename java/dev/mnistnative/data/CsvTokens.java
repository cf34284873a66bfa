package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.Content;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Cuts CSV text (RFC 4180, UTF-8) into fields, one after the other, in memory of one field. */
final class CsvTokens {
    /** What the last field ended with. */
    enum End {
        FIELD,
        RECORD,
        FILE
    }

    private static final int MAX_FIELD = 1 << 20;
    private static final int END_OF_FILE = -1;
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final String file;
    private final Reader in;
    private char[] field = new char[64];
    private int length;
    private int record = 1;
    private int next;

    CsvTokens(Content content) throws IOException {
        file = content.name();
        in = new BufferedReader(new InputStreamReader(content.stream(), StandardCharsets.UTF_8.newDecoder()), 1 << 16);
        advance();
        if (next == BYTE_ORDER_MARK) {
            advance();
        }
    }

    /** Number of the record that the next field belongs to, from 1; the header is one. */
    int record() {
        return record;
    }

    /** Passes over empty lines; whether the file ends there. */
    boolean atEnd() throws IOException {
        while (next == '\r' || next == '\n') {
            advance();
        }
        return next == END_OF_FILE;
    }

    /** Reads a field into {@link #text()} and {@link #number()}. */
    End readField() throws IOException {
        length = 0;
        if (next == '"') {
            readQuoted();
        } else {
            readPlain();
        }
        return readEnd();
    }

    /** The last field, without blanks around it. */
    String text() {
        return new String(field, 0, length).strip();
    }

    /** The last field as a number, NaN if it is none. */
    float number() {
        return length > 0 && length <= 7 && isDigits() ? digits() : parse(text());
    }

    private void readPlain() throws IOException {
        while (next != ',' && next != '\r' && next != '\n' && next != END_OF_FILE) {
            if (next == '"') {
                throw fault("a quote stands within a field that is not quoted", "quote the field and double the quote");
            }
            append();
        }
    }

    private void readQuoted() throws IOException {
        advance();
        while (true) {
            if (next == END_OF_FILE) {
                throw fault("a quoted field does not end", "close the quote");
            }
            if (next == '"') {
                advance();
                if (next != '"') {
                    return;
                }
            }
            append();
        }
    }

    private End readEnd() throws IOException {
        switch (next) {
            case ',':
                advance();
                return End.FIELD;
            case '\r', '\n':
                boolean isCarriageReturn = next == '\r';
                advance();
                if (isCarriageReturn && next == '\n') {
                    advance();
                }
                record++;
                return End.RECORD;
            case END_OF_FILE:
                return End.FILE;
            default:
                throw fault("text follows a closing quote", "put a comma after it");
        }
    }

    private void append() throws IOException {
        if (length == field.length) {
            if (length == MAX_FIELD) {
                throw fault("a field is longer than " + MAX_FIELD + " characters", "check that it is a CSV file");
            }
            field = Arrays.copyOf(field, 2 * length);
        }
        field[length++] = (char) next;
        advance();
    }

    private void advance() throws IOException {
        try {
            next = in.read();
        } catch (CharacterCodingException e) {
            throw fault("it is not UTF-8 text", "save it as UTF-8");
        } catch (IOException e) {
            throw Content.explain(file, e);
        }
    }

    private boolean isDigits() {
        for (int i = 0; i < length; i++) {
            if (field[i] < '0' || field[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private int digits() {
        int value = 0;
        for (int i = 0; i < length; i++) {
            value = value * 10 + field[i] - '0';
        }
        return value;
    }

    /** Float.parseFloat without Java's own notations ("1f", "0x1p3"). */
    private static float parse(String text) {
        char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
        if (!(last >= '0' && last <= '9' || last == '.') || text.indexOf('x') >= 0 || text.indexOf('X') >= 0) {
            return Float.NaN;
        }
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    /** A fault at the present record. */
    DataFormatException fault(String fault, String remedy) {
        return DataFormatException.of(file, "record " + record + ": " + fault, remedy);
    }
}
