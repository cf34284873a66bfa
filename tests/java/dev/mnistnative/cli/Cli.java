package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** A run of the command line within the test. */
record Cli(int exitCode, String out, String err) {
    static Cli run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(new StandardOutput(out, () -> false), new PrintWriter(err), args);
        return new Cli(exitCode, out.toString(), err.toString());
    }

    /** A run on words separated by spaces. */
    static Cli line(String words) {
        return run(words.isEmpty() ? new String[0] : words.split(" "));
    }

    Cli succeeded() {
        assertEquals(0, exitCode, err);
        return this;
    }

    /** Ended with this code and one line on standard error, without a stack trace, that holds the parts. */
    Cli failed(int code, String... parts) {
        assertEquals(code, exitCode, err);
        List<String> lines =
                err.lines().filter(line -> !line.startsWith("training ")).toList();
        assertEquals(1, lines.size(), err);
        assertTrue(lines.get(0).startsWith("mnist-native"), err);
        assertFalse(err.contains("\tat "), err);
        for (String part : parts) {
            assertTrue(lines.get(0).contains(part), "\"" + part + "\" is not in: " + err);
        }
        return this;
    }

    List<String> lines() {
        return out.lines().toList();
    }
}
