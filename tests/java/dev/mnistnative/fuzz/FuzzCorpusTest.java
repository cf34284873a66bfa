package dev.mnistnative.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The inputs that fuzzing began with and those that it found worth keeping, read in every build. */
@Timeout(60)
class FuzzCorpusTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Parser.class)
    void isTakenOrRefused(Parser parser) throws Exception {
        List<Path> inputs = inputs(parser);
        assertFalse(inputs.isEmpty());
        for (Path input : inputs) {
            Path file = Files.write(folder.resolve(ParserFuzz.FILE_NAME), Files.readAllBytes(input));
            try {
                parser.read(file);
            } catch (RuntimeException | IOException | Error e) {
                throw new AssertionError(input.getFileName() + " fails", e);
            }
        }
    }

    private static List<Path> inputs(Parser parser) throws Exception {
        Path corpus = Path.of(
                FuzzCorpusTest.class.getResource("/fuzz/" + parser.folder()).toURI());
        try (Stream<Path> files = Files.list(corpus)) {
            return files.sorted().toList();
        }
    }
}
