package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.CommandSpec;

/** What the JVM cannot do is one sentence with its remedy. */
@Timeout(60)
class JvmErrorsTest {
    private static CommandSpec command(String name) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return Main.commandLine(nowhere, nowhere).getSubcommands().get(name).getCommandSpec();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train | Java heap space | -Xmx4g | (--limit)",
                "predict | Java heap space | -Xmx4g | or give less",
                "train | unable to create native thread: possibly out of memory | ulimit -u | --threads 1",
                "data | unable to create native thread | ulimit -u | threads",
                "serve | Requested array size exceeds VM limit | -Xmx4g | or give less",
            })
    void memoryHasARemedyThatTheCommandHas(String command, String message, String first, String second) {
        String sentence = JvmErrors.sentence(new OutOfMemoryError(message), command(command));
        assertTrue(sentence.contains(first) && sentence.contains(second), sentence);
        assertEquals(command.equals("train"), sentence.contains("--"), sentence);
    }

    @Test
    void otherErrorsAreToldForWhatTheyAre() {
        CommandSpec train = command("train");
        assertTrue(JvmErrors.sentence(new StackOverflowError(), train).contains("-Xss"));
        assertTrue(JvmErrors.sentence(
                        new InternalError(
                                "a fault occurred in a recent unsafe memory access operation in compiled code"),
                        train)
                .contains("cut short"));
        assertTrue(JvmErrors.sentence(new NoClassDefFoundError("a/B"), train).contains("download it again"));
        assertTrue(JvmErrors.sentence(new AssertionError("x"), train).contains("report it"));
    }

    @TempDir
    private Path folder;

    private static List<String> run(List<String> options, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Program.command(args));
        command.addAll(1, options);
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> lines = new ArrayList<>(err.lines().toList());
        lines.add(String.valueOf(process.waitFor()));
        return lines;
    }

    /** Weights of 64 MB that a heap of 40 MB cannot hold. */
    @Test
    void aSmallHeapIsOneSentence() throws Exception {
        List<String> lines = run(
                List.of("-Xmx40m", "-XX:MaxDirectMemorySize=400m"),
                "train --layers 784,4000,4000,10 --limit 1 --batch-size 1 --epochs 1 --quiet --device cpu --save"
                        .concat(" " + folder.resolve("s"))
                        .split(" "));
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(
                lines.get(0).startsWith("mnist-native train: ") && lines.get(0).contains("-X"), lines.toString());
        assertEquals("1", lines.get(1));
        assertFalse(Files.exists(folder.resolve("s")));
    }
}
