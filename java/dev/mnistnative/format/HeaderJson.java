package dev.mnistnative.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The part of JSON that safetensors headers use, strictly: objects, arrays, strings and whole numbers from 0 on. Exists
 * because an embedder's class path gets no JSON library from us.
 */
final class HeaderJson {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_DIGITS = 18; // always fits a long

    private final String text;
    private int at;

    private HeaderJson(String text) {
        this.text = text;
    }

    /**
     * Parses an object: values are Map, List, String or Long.
     *
     * @throws IllegalArgumentException that says where it is wrong
     */
    static Map<String, Object> parse(String text) {
        HeaderJson parser = new HeaderJson(text);
        if (text.isEmpty() || text.charAt(0) != '{') {
            throw parser.wrong("expected {");
        }
        Map<String, Object> object = parser.object(1);
        parser.skipSpace();
        if (parser.at != text.length()) {
            throw parser.wrong("expected the end");
        }
        return object;
    }

    /** A string as JSON writes it. */
    static String quote(String value) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw wrong("nested too deeply");
        }
        skipSpace();
        char c = peek();
        if (c == '{') {
            return object(depth);
        }
        if (c == '[') {
            return array(depth);
        }
        return c == '"' ? string() : number();
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        if (skipIf('}')) {
            return object;
        }
        do {
            skipSpace();
            String key = string();
            expect(':');
            if (object.containsKey(key)) {
                throw wrong("\"" + key + "\" is there twice");
            }
            object.put(key, value(depth + 1));
        } while (skipIf(','));
        expect('}');
        return object;
    }

    private List<Object> array(int depth) {
        List<Object> array = new ArrayList<>();
        expect('[');
        if (skipIf(']')) {
            return array;
        }
        do {
            array.add(value(depth + 1));
        } while (skipIf(','));
        expect(']');
        return array;
    }

    private Long number() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        int digits = at - start;
        if (digits == 0 || digits > MAX_DIGITS || (digits > 1 && text.charAt(start) == '0')) {
            throw wrong("expected a string, an object, an array or a whole number");
        }
        return Long.valueOf(text.substring(start, at));
    }

    private String string() {
        if (peek() != '"') {
            throw wrong("expected a string");
        }
        at++;
        StringBuilder out = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            if (c < ' ') {
                throw wrong("control character in a string");
            }
            out.append(c == '\\' ? escape() : c);
        }
        at++;
        return out.toString();
    }

    private char escape() {
        char c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong("unknown escape \\" + c);
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0) {
                throw wrong("expected four hexadecimal digits");
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    private void expect(char wanted) {
        if (!skipIf(wanted)) {
            throw wrong("expected " + wanted);
        }
    }

    private boolean skipIf(char wanted) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("it ends early");
        }
        return text.charAt(at);
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + " at character " + at);
    }
}
