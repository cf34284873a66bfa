package dev.mnistnative.report;

import java.util.Locale;

/**
 * Text from files, made fit for a terminal: names and values could hold control characters, which move the cursor,
 * colour, hide or forge lines, or turn the direction of writing.
 */
public final class Printable {
    private static final char FIRST_OF_C1 = '\u0080';
    private static final char LAST_OF_C1 = '\u009f';
    private static final char DELETE = '\u007f';

    private Printable() {}

    /** The text with each control character as {@code \}{@code uXXXX}, which JSON understands too. */
    public static String text(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            shown.append(isControl(c) ? escaped(c) : String.valueOf(c));
        }
        return shown.toString();
    }

    /** Whether a terminal would do something else than show it. */
    public static boolean isControl(char c) {
        return c < ' '
                || c == DELETE
                || c >= FIRST_OF_C1 && c <= LAST_OF_C1
                || c >= '\u2028' && c <= '\u202e' // separators of lines, embeddings and overrides of direction
                || c >= '\u2066' && c <= '\u2069'; // isolates
    }

    /** {@code \}{@code uXXXX}. */
    public static String escaped(char c) {
        return String.format(Locale.ROOT, "\\u%04x", (int) c);
    }
}
