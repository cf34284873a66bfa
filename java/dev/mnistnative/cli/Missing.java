package dev.mnistnative.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The results of a run that could not be written: told together in the end, when all others are. */
final class Missing {
    private final List<String> results = new ArrayList<>();

    /** What writes a result. */
    @FunctionalInterface
    interface Writing {
        void run() throws IOException;
    }

    void add(String result) {
        results.add(result);
    }

    /** Writes a result, and notes it if that fails; whether it did not. */
    boolean unless(String result, Writing writing) {
        try {
            writing.run();
            return true;
        } catch (IOException e) {
            add(result + " (" + Failures.ioSentence(e) + ")");
        } catch (UncheckedIOException e) {
            add(result + " (" + e.getMessage() + ")");
        }
        return false;
    }

    /**
     * @param weights where they are, or null
     * @throws IOException if any is missing
     */
    void requireNone(Path weights) throws IOException {
        if (!results.isEmpty()) {
            throw new IOException("not written, or not to the end: " + String.join(", ", results)
                    + (weights == null ? "" : "; the weights are safe in " + weights));
        }
    }
}
