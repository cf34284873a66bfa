package dev.mnistnative.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What Jazzer runs: the parser that -Dfuzz.parser names (as its folder below tests/resources/fuzz), on a file with the
 * bytes it made up.
 */
public final class ParserFuzz {
    static final String FILE_NAME = "fuzzed";

    private static final Parser PARSER =
            Parser.valueOf(System.getProperty("fuzz.parser").toUpperCase(Locale.ROOT));
    private static final Path FILE = file();

    private ParserFuzz() {}

    private static Path file() {
        try {
            Path memory = Path.of("/dev/shm");
            Path folder = Files.isDirectory(memory)
                    ? Files.createTempDirectory(memory, "fuzz")
                    : Files.createTempDirectory("fuzz");
            folder.toFile().deleteOnExit();
            folder.resolve(FILE_NAME).toFile().deleteOnExit();
            return folder.resolve(FILE_NAME);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Called by name. */
    public static void fuzzerTestOneInput(byte[] contents) throws IOException {
        Files.write(FILE, contents);
        PARSER.read(FILE);
    }
}
