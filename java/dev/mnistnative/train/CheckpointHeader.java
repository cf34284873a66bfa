package dev.mnistnative.train;

import java.util.Map;

/**
 * The texts in a checkpoint's header, by their names. What is missing or no number is an
 * {@link IllegalArgumentException} that names it.
 */
record CheckpointHeader(Map<String, String> entries) {
    String text(String key) {
        String value = entries.get(key);
        if (value == null) {
            throw new IllegalArgumentException("it has no \"" + key + "\"");
        }
        return value;
    }

    int integer(String key) {
        long value = whole(key);
        if (value != (int) value) {
            throw new IllegalArgumentException("its \"" + key + "\" is too large: " + value);
        }
        return (int) value;
    }

    long whole(String key) {
        String value = text(key);
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("its \"" + key + "\" is no whole number: " + value, e);
        }
    }

    double number(String key) {
        String value = text(key);
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("its \"" + key + "\" is no number: " + value, e);
        }
    }
}
