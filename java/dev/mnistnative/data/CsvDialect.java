package dev.mnistnative.data;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.array.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What stands between the fields of a CSV text: told, or found out from its first lines. */
record CsvDialect(char delimiter) {
    private static final int SNIFFED_BYTES = 1 << 16;
    private static final int SNIFFED_LINES = 20;
    private static final char COMMA = ',';

    /** In this order if they explain a text equally well. */
    private static final char[] CANDIDATES = {COMMA, ';', '\t', '|', ' '};

    /** Whether several delimiters together are one, as blanks are in columns that line up. */
    boolean collapses() {
        return delimiter == ' ';
    }

    /** Fields with a comma instead of a decimal point can only be told where commas do not stand between fields. */
    boolean isComma() {
        return delimiter == COMMA;
    }

    static CsvDialect of(Content content, ReadOptions options) throws IOException {
        if (options.csv().delimiter().isPresent()) {
            return new CsvDialect(options.csv().delimiter().get());
        }
        byte[] head = content.peek(SNIFFED_BYTES);
        List<String> lines = lines(new String(head, StandardCharsets.UTF_8), head.length < SNIFFED_BYTES);
        if (lines.isEmpty()) {
            return new CsvDialect(COMMA);
        }
        char best = COMMA;
        long bestScore = score(lines, COMMA);
        for (char candidate : CANDIDATES) {
            long score = score(lines, candidate);
            if (score > bestScore) {
                best = candidate;
                bestScore = score;
            }
        }
        if (best != COMMA) {
            options.notes()
                    .accept(content.name() + ": its fields are taken to be separated by " + name(best)
                            + " (another --delimiter says otherwise)");
        }
        return new CsvDialect(best);
    }

    static String name(char delimiter) {
        return switch (delimiter) {
            case ' ' -> "blanks";
            case '\t' -> "tabs";
            default -> "'" + delimiter + "'";
        };
    }

    /** The first whole lines that are neither empty nor comments. */
    private static List<String> lines(String head, boolean whole) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i <= head.length() && lines.size() < SNIFFED_LINES; i++) {
            boolean end = i == head.length();
            char c = end ? '\n' : head.charAt(i);
            quoted ^= c == '"';
            if ((c == '\n' || c == '\r') && (!quoted || end)) {
                String line = head.substring(start, i);
                if (!line.isBlank() && !line.startsWith("#") && (!end || whole || lines.isEmpty())) {
                    lines.add(line.replace("\uFEFF", ""));
                }
                start = i + 1;
            }
        }
        return lines;
    }

    /** How well a delimiter explains lines: above all it cuts them into equally many fields, then into numbers. */
    private static long score(List<String> lines, char delimiter) {
        int fields = -1;
        boolean even = true;
        long numbers = 0;
        for (String line : lines) {
            List<String> cut = cut(line, delimiter);
            even &= fields < 0 || fields == cut.size();
            fields = Math.max(fields, cut.size());
            for (String field : cut) {
                boolean number = CsvField.isNumber(field)
                        || delimiter != COMMA && CsvField.hasDecimalComma(field)
                        || CsvField.isMissing(field);
                numbers += number ? 1 : 0;
            }
        }
        if (fields < 2 || numbers == 0 && delimiter != COMMA) {
            return 0;
        }
        return (even ? 1L << 40 : 0) + (numbers << 8) + Math.min(fields, 255);
    }

    private static List<String> cut(String line, char delimiter) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i <= line.length(); i++) {
            char c = i == line.length() ? delimiter : line.charAt(i);
            if (c == '"' && i < line.length()) {
                quoted = !quoted;
            } else if (c == delimiter && (!quoted || i == line.length())) {
                if (delimiter != ' ' || field.length() > 0) {
                    fields.add(field.toString().strip());
                }
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        return fields;
    }

    /** @throws DataFormatException if the text is UTF-16, told by its byte order mark or by every second byte */
    static void requireUtf8(Content content) throws IOException {
        byte[] head = content.peek(SNIFFED_BYTES);
        if (isUtf16(head)) {
            throw DataFormatException.of(content.name(), "it is UTF-16 text", "save it as UTF-8");
        }
    }

    static boolean isUtf16(byte[] head) {
        if (head.length < 4) {
            return false;
        }
        boolean mark =
                head[0] == (byte) 0xff && head[1] == (byte) 0xfe || head[0] == (byte) 0xfe && head[1] == (byte) 0xff;
        boolean little = isPrintable(head[0]) && head[1] == 0 && isPrintable(head[2]) && head[3] == 0;
        boolean big = head[0] == 0 && isPrintable(head[1]) && head[2] == 0 && isPrintable(head[3]);
        return mark || little || big;
    }

    private static boolean isPrintable(byte b) {
        return b >= ' ' && b < 0x7f;
    }
}
