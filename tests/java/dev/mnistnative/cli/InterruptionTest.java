package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real program in a process of its own, ended by signals in the middle of its work. */
@Timeout(120)
class InterruptionTest {
    private static final int SIGINT = 2;

    @TempDir
    Path folder;

    @Test
    void sigtermWindsUpAndEndsWith130() throws Exception {
        endsWith130("TERM");
    }

    @Test
    void sigintWindsUpAndEndsWith130() throws Exception {
        assumeFalse(isIgnored(SIGINT), "SIGINT is ignored by what started the tests, and so by the program");
        endsWith130("INT");
    }

    private void endsWith130(String signal) throws IOException, InterruptedException {
        Path metrics = folder.resolve("m.jsonl");
        Path weights = folder.resolve("w.safetensors");
        Path err = folder.resolve("err.txt");
        Path checkpoints = folder.resolve("checkpoints");
        String words = "--layers 784,16,10 --limit 640 --epochs 1000000 --device cpu --metrics " + metrics + " --save "
                + weights + " --checkpoint-dir " + checkpoints;
        int exitCode = Program.interrupted(signal, metrics, err, words.split(" "));
        assertEquals(ExitCode.INTERRUPTED, exitCode, Files.readString(err));
        List<String> lines = Files.readAllLines(metrics);
        String last = lines.get(lines.size() - 1);
        assertTrue(last.startsWith("{\"event\":\"end\",\"reason\":\"interrupted\",\"seconds\":"), last);
        assertTrue(Files.readString(err).contains("was interrupted"), Files.readString(err));
        assertTrue(Files.readString(err).contains("stopping after the step that is under way; a checkpoint"));
        assertFalse(Files.exists(weights));
        assertTrue(Files.readString(err).contains("go on with --resume"), Files.readString(err));
        goesOn(checkpoints, lines);
    }

    /** The last epoch told is in the checkpoint: the next run has no other to do. */
    private void goesOn(Path checkpoints, List<String> metrics) {
        long epochs = metrics.stream()
                .filter(line -> line.contains("\"epoch\",\"epoch\""))
                .count();
        Cli resumed = Cli.line("--layers 784,16,10 --limit 640 --device cpu --quiet --resume --checkpoint-dir "
                        + checkpoints + " --epochs " + (epochs + 2))
                .succeeded();
        int done = resumed.lines().size();
        assertTrue(done == 2 || done == 3, done + " epochs, though " + epochs + " of " + (epochs + 2) + " were told");
    }

    private static boolean isIgnored(int signal) throws IOException {
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow()
                .substring("SigIgn:".length())
                .strip();
        return (Long.parseUnsignedLong(mask, 16) >> (signal - 1) & 1) == 1;
    }
}
