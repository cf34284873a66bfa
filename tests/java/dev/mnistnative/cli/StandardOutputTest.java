package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.format.SavedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be printed is told, and nobody computes for a reader who has gone. */
@Timeout(120)
class StandardOutputTest {
    private static final String RUN = "--layers 784,8,10 --limit 640 --device cpu --threads 1 --quiet ";

    @TempDir
    private static Path folder;

    private static Path model;
    private static Path sample;

    @BeforeAll
    static void writeFiles() throws IOException {
        model = folder.resolve("model.safetensors");
        Cli.line("train --epochs 1 " + RUN + "--save " + model).succeeded();
        String zeros = Stream.generate(() -> "0").limit(784).collect(Collectors.joining(","));
        sample = Files.writeString(folder.resolve("sample.csv"), (zeros + "\n").repeat(20));
    }

    /** As a full disk, or a pipe whose reader leaves after some lines. */
    private static final class Failing extends Writer {
        private int lines;

        Failing(int lines) {
            this.lines = lines;
        }

        @Override
        public void write(char[] text, int start, int length) throws IOException {
            for (int i = start; i < start + length; i++) {
                lines -= text[i] == '\n' ? 1 : 0;
            }
            flush();
        }

        @Override
        public void flush() throws IOException {
            if (lines < 0) {
                throw new IOException("it cannot be written");
            }
        }

        @Override
        public void close() {}
    }

    private static Cli printing(Writer out, boolean pipe, String words) {
        StringWriter err = new StringWriter();
        String[] args = words.replace("{}", folder.toString()).split(" ");
        int code = Main.run(new StandardOutput(out, () -> pipe), new PrintWriter(err), args);
        return new Cli(code, "", err.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "train --epochs 1 " + RUN,
                "evaluate --model {}/model.safetensors --limit 10",
                "evaluate --model {}/model.safetensors --limit 10 --json",
                "predict --model {}/model.safetensors {}/sample.csv",
                "predict --model {}/model.safetensors {}/sample.csv --json",
                "data",
                "devices",
                "bench --layers 784,8,10 --batch-size 100 --seconds 0.05 --dense --json",
                "serve --model {}/model.safetensors --port 0",
                "--help",
                "help train",
                "train --help",
                "--version",
                "generate-man-page",
                "generate-completion",
            })
    void nothingPrintedIsNoSuccess(String words) {
        Cli full = printing(new Failing(0), false, words);
        assertEquals(ExitCode.FAILED, full.exitCode(), full.err());
        assertTrue(full.err().contains(": standard output could not be written: it cannot be written; "), full.err());
        Cli left = printing(new Failing(0), true, words);
        assertEquals(ExitCode.READER_GONE, left.exitCode(), left.err());
        assertFalse(left.err().contains("standard output"), left.err());
    }

    @Test
    void aFullDiskForResultsLeavesTheWeights() throws IOException {
        printing(new Failing(0), false, "train --epochs 3 " + RUN + "--save {}/full.safetensors")
                .failed(ExitCode.FAILED);
        Cli.line("train --epochs 3 " + RUN + "--save " + folder + "/whole.safetensors")
                .succeeded();
        assertEquals(
                SavedModel.read(folder.resolve("whole.safetensors")).parameters(),
                SavedModel.read(folder.resolve("full.safetensors")).parameters());
    }

    @Test
    void trainingEndsWithItsReaderAndKeepsWhatItHas() throws IOException {
        Cli cli = printing(
                new Failing(1),
                true,
                "train --epochs 1000000 " + RUN + "--save {}/gone.safetensors --checkpoint-dir {}/c");
        assertEquals(ExitCode.READER_GONE, cli.exitCode(), cli.err());
        assertEquals("", cli.err());
        SavedModel.read(folder.resolve("gone.safetensors"));
        try (Stream<Path> kept = Files.list(folder.resolve("c"))) {
            assertTrue(kept.count() > 1);
        }
    }

    @Test
    void predictingEndsWithItsReader() {
        Failing out = new Failing(2);
        Cli cli = printing(out, true, "predict --model {}/model.safetensors {}/sample.csv no/such/file");
        assertEquals(ExitCode.READER_GONE, cli.exitCode(), cli.err());
        assertFalse(cli.err().contains("no/such/file"), cli.err());
        assertTrue(out.lines > -5, "it goes on: " + out.lines);
    }

    private static String shell(String line) throws IOException, InterruptedException {
        String program =
                Program.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Process process = new ProcessBuilder("bash", "-c", line.replace("MN", program))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** The real descriptors. */
    @Test
    void aFullDeviceAClosedDescriptorAndAPipeAreKnown() throws Exception {
        String full = shell("MN --version > /dev/full; echo $?");
        assertEquals(2, full.lines().count(), full);
        assertTrue(full.contains("No space left") && full.endsWith("\n1\n"), full);
        String closed = shell("MN --version >&-; echo $?");
        assertEquals(2, closed.lines().count(), closed);
        assertTrue(closed.endsWith("\n1\n"), closed);
        String pipe = shell("{ MN data --show 1000; echo $? >&2; } | head -1");
        assertEquals(2, pipe.lines().count(), pipe);
        assertTrue(pipe.endsWith("\n141\n"), pipe);
    }

    @Test
    void controlCharactersOfFilesDoNotReachTheTerminal() throws IOException {
        Path table = folder.resolve("t.csv");
        String rows = "9,0,0\n0,9,1\n";
        Files.writeString(table, "a,b,kind\n" + rows.repeat(3));
        Path named = folder.resolve("named.safetensors");
        Cli.line("train --layers 2,4,2 --batch-size 2 --epochs 1 --label-column kind --class-names "
                        + "s\033[31m,i\u009b2J --data " + table + " --save " + named)
                .succeeded();
        Path samples = Files.writeString(folder.resolve("e\033]0;x\007.csv"), "a,b\n9,1\n");
        for (String words : List.of(
                "predict --model " + named + " " + samples,
                "predict --json --model " + named + " " + samples,
                "evaluate --label-column kind --data " + table + " --model " + named,
                "predict --model " + named + " no\033[2Jfile.csv",
                "evaluate --label-column k\033[2J --data " + table + " --model " + named)) {
            Cli cli = Cli.line(words);
            for (char c : (cli.out() + cli.err()).toCharArray()) {
                assertFalse(Character.isISOControl(c) && c != '\n', words + ": " + cli);
            }
        }
        Cli json = Cli.line("predict --json --model " + named + " " + samples).succeeded();
        assertTrue(json.out().contains("\\u001B]0;x\\u0007.csv[0]"), json.out());
    }

    @Test
    void coloursOfOurOwnPass() throws IOException {
        StringWriter out = new StringWriter();
        PlainText styled = new PlainText(out, true);
        styled.write("\033[32mdone\033[m\r\033[K\033[?7l\033]0;title\007\033[2J");
        assertEquals("\033[32mdone\033[m\r\033[K\033[?7l\\u001b]0;title\\u0007\\u001b[2J", out.toString());
        styled.allowNoStyles();
        out.getBuffer().setLength(0);
        styled.write("a\tb\n\033[32mx\r\u202e\u0000");
        assertEquals("a\tb\n\\u001b[32mx\\u000d\\u202e\\u0000", out.toString());
    }
}
