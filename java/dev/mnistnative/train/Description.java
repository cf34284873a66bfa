package dev.mnistnative.train;

import java.util.Arrays;
import java.util.Locale;

/** Settings in words, for people: {@code adam: lr 0.001, beta1 0.9}. */
final class Description {
    private Description() {}

    /** A name, then pairs of a word and a value; pairs whose value is null are left out. */
    static String of(String name, Object... wordsAndValues) {
        StringBuilder text = new StringBuilder(name);
        String separator = ": ";
        for (int i = 0; i < wordsAndValues.length; i += 2) {
            Object value = wordsAndValues[i + 1];
            if (value != null) {
                text.append(separator).append(wordsAndValues[i]).append(' ').append(text(value));
                separator = ", ";
            }
        }
        return text.toString();
    }

    private static String text(Object value) {
        if (value instanceof Double number) {
            return String.format(Locale.ROOT, "%.6g", number)
                    .replaceFirst("(\\.\\d*?)0+($|e)", "$1$2")
                    .replaceFirst("\\.($|e)", "$1");
        }
        return value instanceof float[] floats
                ? Arrays.toString(floats)
                : String.valueOf(value).toLowerCase(Locale.ROOT);
    }
}
