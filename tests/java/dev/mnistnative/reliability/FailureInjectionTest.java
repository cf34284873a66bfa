package dev.mnistnative.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.Safetensors;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.train.Checkpoints;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What the world may refuse: space, permission, memory. */
@Timeout(300)
class FailureInjectionTest {
    @TempDir
    private Path folder;

    private final Dataset data = Problem.data(64);

    @Test
    void aFullDiskLeavesTheOlderCheckpointsAndAUsableTrainer() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        // a checkpoint of the net below has 3.7 MB: two fit, a third does not
        String refusal = Effort.mountTmpfs(disk, "size=8m");
        Effort.skipIf(refusal != null, "full disk: " + refusal);
        try (Trainer trainer =
                Trainer.create(Problem.settings(1000, 300).epochs(5).build())) {
            UncheckedIOException e = assertThrows(
                    UncheckedIOException.class, () -> trainer.fit(TrainingData.of(data), Checkpoints.in(disk)));
            assertTrue(e.getMessage().contains("checkpoint-000003-000000"), e.getMessage());
            assertTrue(e.getMessage().contains("space"), e.getMessage());
            try (Stream<Path> files = Files.list(disk)) {
                List<Path> left = files.sorted().toList();
                assertEquals(3, left.size(), left.toString()); // the lock, and nothing half-written
                for (Path file : left.subList(1, 3)) {
                    SavedModel.readParameters(file);
                }
            }
            Checkpoints roomy = Checkpoints.in(disk).every(5).keeping(1).resuming();
            assertThrows(UncheckedIOException.class, () -> trainer.fit(TrainingData.of(data), roomy));
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
        } finally {
            Effort.unmount(disk);
        }
    }

    @Test
    void aReadOnlyFolderIsTold() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("read-only"));
        String refusal = Effort.mountTmpfs(disk, "ro,size=1m");
        Effort.skipIf(refusal != null, "read-only folder: " + refusal);
        try (Trainer trainer = Trainer.create(Problem.settings(5).build())) {
            UncheckedIOException e = assertThrows(
                    UncheckedIOException.class, () -> trainer.fit(TrainingData.of(data), Checkpoints.in(disk)));
            assertTrue(e.getMessage().contains(disk.toString()), e.getMessage());
            assertTrue(e.getMessage().contains("Read-only file system"), e.getMessage());
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
        } finally {
            Effort.unmount(disk);
        }
    }

    /** Run without root's right to read everything. */
    static final class Reader {
        private Reader() {}

        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            for (Executable reading : List.<Executable>of(
                    () -> SavedModel.read(file), () -> Safetensors.read(file), () -> DataFiles.readImages(file))) {
                System.out.println(assertThrows(Exception.class, reading));
            }
        }
    }

    @Test
    void anUnreadableFileIsTold() throws Exception {
        Path file = Files.writeString(folder.resolve("secret.safetensors"), "x".repeat(100));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        ProcessBuilder reader = Effort.java(Reader.class, List.of(), file.toString());
        if (Files.isReadable(file)) {
            String rights = "-dac_override,-dac_read_search";
            reader.command().addAll(0, List.of("setpriv", "--bounding-set", rights, "--inh-caps", rights));
        }
        Path out = folder.resolve("out");
        Process process = reader.redirectOutput(out.toFile()).start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
        String denied = "java.nio.file.AccessDeniedException: " + file;
        assertEquals(
                List.of(
                        denied,
                        denied,
                        "dev.mnistnative.DataFormatException: " + file
                                + ": it may not be read; check its permissions."),
                Files.readAllLines(out));
    }

    /** Run with little address space: a large net is refused, a small one still trains. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] args) {
            String large = "made";
            try (Trainer trainer =
                    Trainer.create(Problem.settings(20_000, 20_000).build())) {
                large += " " + trainer.nativeBytes();
            } catch (MnistNativeException e) {
                large = e.status() + " " + e.getMessage();
            }
            System.out.println(large);
            try (Dataset small = Problem.data(64);
                    Trainer trainer = Trainer.create(Problem.settings(5).build())) {
                System.out.println(trainer.fit(small).reason());
            }
        }
    }

    @Test
    void withoutMemoryALargeNetIsRefusedAndASmallOneTrains() throws Exception {
        ProcessBuilder limited = Effort.java(
                Worker.class,
                List.of("-Xmx64m", "-XX:ReservedCodeCacheSize=32m", "-XX:CompressedClassSpaceSize=32m", "-Xint"));
        limited.command().addAll(0, List.of("bash", "-c", "ulimit -v 3000000; exec \"$@\"", "bash"));
        Path out = folder.resolve("out");
        Process process = limited.redirectOutput(out.toFile()).start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it hangs");
        List<String> lines = Files.readAllLines(out);
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("OUT_OF_MEMORY "), lines.get(0));
        assertEquals("COMPLETED", lines.get(1));
    }
}
