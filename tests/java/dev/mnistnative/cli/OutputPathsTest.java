package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs are held against inputs and each other, and probed, before anything starts. */
class OutputPathsTest {
    private static final String RUN = "train --layers 784,8,10 --limit 320 --epochs 1 --device cpu --quiet ";

    @TempDir
    private Path folder;

    private String filled(String words) {
        return words.replace("{}", folder.toString());
    }

    private Cli refused(String words, String... parts) {
        Cli cli = Cli.line(filled(words)).failed(ExitCode.USAGE, parts);
        assertEquals("", cli.out());
        return cli;
    }

    @BeforeEach
    void writeFiles() throws IOException {
        Files.createDirectory(folder.resolve("d"));
        for (String name : List.of("in.csv", "in.npy", "m.safetensors", "d/x_train.npy", "d/a.safetensors")) {
            Files.writeString(folder.resolve(name), name);
        }
        Files.createSymbolicLink(folder.resolve("link"), Path.of("in.csv"));
        Files.createSymbolicLink(folder.resolve("dangling"), Path.of("new"));
        Files.createLink(folder.resolve("hard"), folder.resolve("in.csv"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "train --data {}/in.csv --label-column kind --metrics {}/in.csv | --metrics",
                "train --data {}/in.csv --label-column kind --save {}/link | --save",
                "train --data {}/in.csv --label-column kind --report {}/hard | --report",
                "train --data {}/in.csv --label-column kind --report {}/d/../in.csv | --report",
                "train --images {}/in.npy --labels {}/in.csv --save {}/in.npy | --images reads",
                "train --images {}/in.npy --labels {}/in.csv --save {}/in.csv | --labels reads",
                "train --images {}/in.npy --labels {}/in.csv --test-images {}/hard --save {}/link | --save",
                "train --images {}/d/x_train.npy:x --labels {}/in.csv --save {}/d/x_train.npy | --images reads",
                "train --init {}/m.safetensors --save {}/m.safetensors | --init reads",
                "train --data {}/d --save {}/d/x_train.npy | in the folder that --data reads",
                "train --data {}/d --checkpoint-dir {}/d | --checkpoint-dir",
                "train --data {}/d --tensorboard {}/in.csv/../d | --tensorboard",
                "train --save {}/s --report {}/s | --report names the same file",
                "train --save {}/s --report {}/d/../s | the same file",
                "train --save {}/dangling --report {}/new | the same file",
                "train --save {}/d/s.csv --metrics {}/d/s.csv | the same file",
                "train --save {}/s --checkpoint-dir {}/s | names the same",
                "train --save {}/d/checkpoint-000001-000000.safetensors --checkpoint-dir {}/d | keeps",
                "export --model {}/m.safetensors --to safetensors {}/m.safetensors | --model reads",
                "export --model {}/in.csv --to npz {}/link | --model reads",
            })
    void noOutputDestroysAnInputOrAnotherOutput(String words, String part) throws IOException {
        List<String> before = contents();
        refused(words, part);
        assertEquals(before, contents());
    }

    private List<String> contents() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted()
                    .map(file -> {
                        try {
                            return file + (Files.isRegularFile(file) ? ": " + Files.readString(file) : "");
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--save", "--report", "--metrics", "--checkpoint-dir", "--tensorboard"})
    void aNameThatIsTooLongIsToldBeforeTheWork(String option) {
        refused(RUN + option + " {}/" + "n".repeat(256), option, "too long");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--save", "--report", "--metrics"})
    void aLongNameIsWritten(String option) throws IOException {
        String name = "n".repeat(230);
        Cli.line(filled(RUN + option + " {}/" + name)).succeeded();
        assertTrue(Files.size(folder.resolve(name)) > 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                RUN + "--save {}/no/s | create it first",
                RUN + "--report {}/in.csv/s | is a file",
                RUN + "--checkpoint-dir {}/in.csv | is a file",
                RUN + "--tensorboard {}/dangling | a link to a folder that does not exist",
                RUN + "--save {}/d | this is a folder",
                "generate-man-page {}/no/m.1 | create it first",
                "export --model {}/m.safetensors --to onnx {}/no/m.onnx | create it first",
            })
    void whatCannotBeWrittenIsToldBeforeTheWork(String line) {
        refused(line.split(" \\| ")[0], line.split(" \\| ")[1]);
    }

    @Test
    void aDiskThatIsFullIsToldBeforeTheWork() throws Exception {
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16k", "none", folder + "/d"), "only root mounts");
        try {
            refused(RUN + "--save {}/d/s", "--save", "25", "make room");
            assumeTrue(run("dd", "if=/dev/zero", "of=" + folder + "/d/full", "bs=4k", "count=8", "status=none") | true);
            refused(RUN + "--report {}/d/r.html", "--report", "No space left on device");
            refused(RUN + "--tensorboard {}/d/t", "--tensorboard", "No space left on device");
        } finally {
            run("umount", folder + "/d");
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void aDeviceAFifoAndALinkStay() throws Exception {
        assumeTrue(run("mkfifo", folder + "/fifo"), "no mkfifo");
        Process reader = new ProcessBuilder("cat", folder + "/fifo")
                .redirectOutput(folder.resolve("read").toFile())
                .start();
        Cli.line(filled(RUN + "--save {}/fifo --report /dev/null --metrics /dev/null"))
                .succeeded();
        assertEquals(0, reader.waitFor());
        assertFalse(Files.isRegularFile(folder.resolve("fifo")));
        Cli.line(filled(RUN + "--save {}/dangling")).succeeded();
        assertTrue(Files.isSymbolicLink(folder.resolve("dangling")));
        assertArrayEquals(Files.readAllBytes(folder.resolve("read")), Files.readAllBytes(folder.resolve("new")));
    }

    @Test
    void theModeOfEveryOutputIsKept() throws IOException {
        for (String name : List.of("s", "r", "j", "c.csv", "m.1")) {
            Files.setPosixFilePermissions(
                    Files.createFile(folder.resolve(name)), PosixFilePermissions.fromString("rw-------"));
        }
        Cli.line(filled(RUN + "--save {}/s --report {}/r --metrics {}/j")).succeeded();
        Cli.line(filled(RUN + "--metrics {}/c.csv")).succeeded();
        Cli.line(filled("generate-man-page {}/m.1")).succeeded();
        for (String name : List.of("s", "r", "j", "c.csv", "m.1")) {
            Path file = folder.resolve(name);
            assertTrue(Files.size(file) > 0, name);
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), name);
        }
    }

    /** What is repeated is not refused for what it wrote the first time. */
    @Test
    void aRunMayBeRepeatedInTheFolderOfItsData() throws IOException {
        String digits = "1,2,a\n3,4,b\n";
        Files.writeString(folder.resolve("t.csv"), "x,y,kind\n" + digits.repeat(10));
        String run = "train --layers 2,4,2 --batch-size 5 --epochs 1 --quiet --label-column kind --data {}/t.csv"
                + " --save {}/s.safetensors --report {}/r.html --metrics {}/table.csv --tensorboard {}";
        Cli.line(filled(run)).succeeded();
        Cli.line(filled(run)).succeeded();
    }
}
