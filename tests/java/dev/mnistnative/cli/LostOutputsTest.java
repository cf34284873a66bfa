package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mnistnative.format.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A result that cannot be written takes no other with it, the weights least of all. */
class LostOutputsTest {
    private static final String RUN = "train --layers 784,8,10 --limit 640 --device cpu --progress never ";
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    private Path folder;

    private Cli train(String words) {
        return Cli.line(
                RUN + (words.contains("--epochs") ? "" : "--epochs 3 ") + words.replace("{}", folder.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--metrics", "--report"})
    void aFullDiskForASideOutputLeavesTheRest(String option) throws IOException {
        assumeTrue(Files.exists(FULL), "no /dev/full");
        Cli cli = train(option + " /dev/full --quiet --save {}/s.safetensors --checkpoint-dir {}/c --tensorboard {}/t");
        assertEquals(ExitCode.FAILED, cli.exitCode(), cli.err());
        assertEquals(3, cli.lines().size(), cli.out());
        SavedModel.read(folder.resolve("s.safetensors"));
        SavedModel.read(folder.resolve("c/checkpoint-000003-000000.safetensors"));
        String last = cli.err().lines().reduce((a, b) -> b).orElseThrow();
        assertTrue(last.contains(option.substring(2) + " /dev/full"), cli.err());
        assertTrue(last.contains("the weights are safe in " + folder.resolve("s.safetensors")), cli.err());
        long told = cli.err().lines().filter(line -> line.contains("/dev/full")).count();
        assertTrue(told <= 2, cli.err()); // once when it happens, once in the end
    }

    @Test
    void weightsThatCannotBeWrittenAreKeptElsewhere() throws IOException {
        assumeTrue(Files.exists(FULL), "no /dev/full");
        Cli cli = train("--save /dev/full --metrics {}/m.jsonl --report {}/r.html");
        assertEquals(ExitCode.FAILED, cli.exitCode(), cli.err());
        String where = cli.err().replaceFirst("(?s).*they are in (\\S+)\n.*", "$1");
        SavedModel.read(Path.of(where));
        Files.delete(Path.of(where));
        assertTrue(Files.readString(folder.resolve("r.html")).contains("</html>"));
        assertTrue(Files.readString(folder.resolve("m.jsonl")).contains("\"completed\""));
        assertTrue(cli.err().contains("not written, or not to the end: weights /dev/full"), cli.err());
    }

    /** Checkpoints of an earlier run are there, and it is not to be resumed. */
    @Test
    void aRunThatIsRefusedLeavesTheMetricsOfTheOneBefore() throws IOException {
        train("--metrics {}/m.jsonl --checkpoint-dir {}/c").succeeded();
        Path table = Files.writeString(folder.resolve("m.csv"), "epoch,train_loss,of the one before");
        byte[] lines = Files.readAllBytes(folder.resolve("m.jsonl"));
        for (String metrics : List.of("m.jsonl", "m.csv")) {
            Cli cli = train("--metrics {}/" + metrics + " --checkpoint-dir {}/c");
            assertEquals(ExitCode.USAGE, cli.exitCode(), cli.err());
        }
        assertArrayEquals(lines, Files.readAllBytes(folder.resolve("m.jsonl")));
        assertEquals("epoch,train_loss,of the one before", Files.readString(table));
    }

    @Test
    void metricsOnAFullDiskEndWithAWholeLine() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("small"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=4k", "none", disk.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(mount.waitFor() == 0, "only root mounts");
        try {
            for (String name : List.of("m.jsonl", "m.csv")) {
                Cli cli = train("--epochs 60 --metrics {}/small/" + name);
                assertEquals(ExitCode.FAILED, cli.exitCode(), cli.err());
                assertEquals(60, cli.lines().size());
                String left = Files.readString(disk.resolve(name));
                assertTrue(left.length() > 2000 && left.endsWith("\n"), left);
                Files.delete(disk.resolve(name));
            }
        } finally {
            new ProcessBuilder("umount", "-l", disk.toString()).start().waitFor();
        }
    }

    @Test
    void checkpointsThatDoNotFitLeaveTheRun() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        // a checkpoint has 80 KB: one fits
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=128k", "none", disk.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(mount.waitFor() == 0, "only root mounts");
        try {
            Cli cli = train("--checkpoint-dir {}/disk --save {}/s.safetensors --tensorboard {}/t");
            assertEquals(ExitCode.FAILED, cli.exitCode(), cli.err());
            assertEquals(3, cli.lines().size(), cli.out());
            SavedModel.read(folder.resolve("s.safetensors"));
            SavedModel.read(disk.resolve("checkpoint-000001-000000.safetensors"));
            assertEquals(
                    1,
                    cli.err()
                            .lines()
                            .filter(l -> l.contains("cannot be written"))
                            .count(),
                    cli.err());
            assertTrue(cli.err().contains("newest checkpoint in " + disk), cli.err());
        } finally {
            new ProcessBuilder("umount", "-l", disk.toString()).start().waitFor();
        }
    }
}
