package dev.mnistnative.data;

import java.util.Locale;
import java.util.regex.Pattern;

/** A field of a CSV record, seen in the reader's buffer: gone when the next one comes. */
final class CsvField {
    private static final int MOST_DIGITS = 7; // exact as float32 and without overflow
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?\\d+,\\d+([eE][-+]?\\d+)?");

    private char[] buffer = new char[0];
    private int offset;
    private int length;

    CsvField at(char[] chars, int from, int count) {
        buffer = chars;
        offset = from;
        length = count;
        return this;
    }

    /** Its text, without blanks around it. */
    String text() {
        return new String(buffer, offset, length).strip();
    }

    boolean isBlank() {
        return text().isEmpty();
    }

    /** Its number as float32, NaN if it is none. */
    float number() {
        if (length > 0 && length <= MOST_DIGITS) {
            int value = 0;
            int i = offset;
            for (; i < offset + length; i++) {
                int digit = buffer[i] - '0';
                if (digit < 0 || digit > 9) {
                    break;
                }
                value = value * 10 + digit;
            }
            if (i == offset + length) {
                return value;
            }
        }
        String text = text();
        try {
            return isOurNotation(text) ? Float.parseFloat(text) : Float.NaN;
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    /** The number that a text is, NaN if it is none. */
    static double number(String text) {
        try {
            return isOurNotation(text) ? Double.parseDouble(text) : Double.NaN;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Whether it cannot be one of Java's own notations ("1f", "0x1p3"), which are no numbers to anybody else. */
    private static boolean isOurNotation(String text) {
        char last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
        return (last >= '0' && last <= '9' || last == '.') && text.indexOf('x') < 0 && text.indexOf('X') < 0;
    }

    static boolean isNumber(String text) {
        return !Double.isNaN(number(text));
    }

    /** Whether a text is what programs write where a value is missing. */
    static boolean isMissing(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "", "nan", "na", "n/a", "#n/a", "<na>", "null", "?", "inf", "-inf" -> true;
            default -> false;
        };
    }

    /** Whether a text is a number written with a comma, as in "5,1". */
    static boolean hasDecimalComma(String text) {
        return DECIMAL_COMMA.matcher(text).matches();
    }
}
