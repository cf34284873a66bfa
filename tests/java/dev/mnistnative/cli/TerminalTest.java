package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real program on a terminal of its own (util-linux's script) and on none. */
@Timeout(120)
class TerminalTest {
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final String COLOUR = "\033[3";
    private static final String REDRAW = "\r\033[K";
    private static final String RUN = "--layers 784,16,10 --limit 3200 --epochs 2 --device cpu --threads 1";

    private static String onTerminal(Map<String, String> environment, String words)
            throws IOException, InterruptedException {
        return onTerminal(environment, "", words);
    }

    /** @param setting a command that sets the terminal up */
    private static String onTerminal(Map<String, String> environment, String setting, String words)
            throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(SCRIPT), "util-linux's script is not installed");
        String line = Program.command(words.split(" ")).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        return output(List.of(SCRIPT.toString(), "-qec", setting + line, "/dev/null"), environment);
    }

    private static String output(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.environment().putAll(Map.of("TERM", "xterm", "NO_COLOR", "", "LC_ALL", "C"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it goes on");
        return output;
    }

    @Test
    void aTerminalHasABarAndColours() throws Exception {
        String output = onTerminal(Map.of(), RUN);
        assertTrue(output.contains(REDRAW + "epoch 1/2 " + "\033[32m"), output);
        assertTrue(output.contains("\u2588") && output.contains("\u2591"), output);
        assertTrue(output.contains("\033[32mdone\033[m in "), output);
        assertEquals(2, output.split("train_loss: ", -1).length - 1, output);
    }

    @Test
    void theBarFitsIntoANarrowTerminal() throws Exception {
        String output = onTerminal(Map.of("NO_COLOR", "1"), "stty cols 40; ", RUN);
        String[] redrawn = output.split(REDRAW.replace("[", "\\["), -1);
        assertTrue(redrawn.length > 2, output);
        for (int i = 1; i < redrawn.length; i++) {
            String line = redrawn[i].replaceAll("\033\\[\\?7[hl]", "");
            assertTrue(!line.startsWith("epoch") || line.length() == 39 && line.endsWith(" left"), line);
        }
    }

    @Test
    void noColourIsRespectedAndTheBarStays() throws Exception {
        String output = onTerminal(Map.of("NO_COLOR", "1"), RUN);
        assertTrue(output.contains(REDRAW + "epoch 1/2 \u2588"), output);
        assertTrue(output.contains("done in "), output);
        assertFalse(output.contains(COLOUR), output);
    }

    @Test
    void aTerminalThatCannotRedrawHasPlainLines() throws Exception {
        String output = onTerminal(Map.of("TERM", "dumb"), RUN);
        assertTrue(output.contains("done in "), output);
        assertFalse(output.contains("\033"), output);
    }

    @Test
    void errorsStandOutOnATerminal() throws Exception {
        assertTrue(onTerminal(Map.of(), "--epochs 0").startsWith("\033[31mmnist-native train:\033[m epochs is 0"));
    }

    @Test
    void whatIsNoTerminalHasNoEscapes() throws Exception {
        String output = output(Program.command(RUN.split(" ")), Map.of());
        assertTrue(output.startsWith("training ") && output.contains("\ndone in "), output);
        assertFalse(output.contains("\033"), output);
    }

    /** A container's locale says nothing of an encoding; blocks are shown all the same. */
    @Test
    void textBlocksAreUtf8InTheBareLocale() throws Exception {
        String output = output(Program.command("data", "--show", "1", "--limit", "1"), Map.of());
        assertTrue(output.contains("\u2588\u2588"), output);
    }
}
