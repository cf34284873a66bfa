package dev.mnistnative.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is there when a file is written is respected. */
@Timeout(60)
class WholeFileTest {
    @TempDir
    private Path folder;

    private static void write(Path file, String text) throws IOException {
        WholeFile.probe(file);
        WholeFile.write(file, out -> WholeFile.writeAll(out, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void aLinkStaysAndWhatItLeadsToIsReplaced() throws IOException {
        Path target =
                Files.writeString(Files.createDirectory(folder.resolve("d")).resolve("target"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("d/target"));
        Path second = Files.createSymbolicLink(folder.resolve("second"), link);
        write(second, "new");
        assertEquals("new", Files.readString(target));
        assertEquals(Path.of("d/target"), Files.readSymbolicLink(link));
        assertEquals(link, Files.readSymbolicLink(second));
    }

    @Test
    void aDanglingLinkMakesItsTarget() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
        write(link, "new");
        assertEquals("new", Files.readString(folder.resolve("target")));
        assertTrue(Files.isSymbolicLink(link));
    }

    @Test
    void aRingOfLinksIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
        Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
        assertThrows(FileSystemException.class, () -> WholeFile.probe(link));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-rw-r--", "rwxr-x---"})
    void theModeIsKept(String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        write(file, "new");
        assertEquals("new", Files.readString(file));
        assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void aNewFileHasTheModeThatAnyOtherHas() throws IOException {
        Path other = Files.createFile(folder.resolve("other"));
        write(folder.resolve("file"), "new");
        assertEquals(Files.getPosixFilePermissions(other), Files.getPosixFilePermissions(folder.resolve("file")));
    }

    @Test
    void theOwnerIsKeptByRoot() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        try {
            Files.setAttribute(file, "unix:uid", 4711);
            Files.setAttribute(file, "unix:gid", 4712);
        } catch (IOException e) {
            assumeTrue(false, "only root gives files away");
        }
        write(file, "new");
        assertEquals(4711, Files.getAttribute(file, "unix:uid"));
        assertEquals(4712, Files.getAttribute(file, "unix:gid"));
    }

    @Test
    void aFifoIsWrittenInto() throws Exception {
        Path fifo = folder.resolve("fifo");
        assumeTrue(runs("mkfifo", fifo.toString()), "no mkfifo");
        CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> {
            try {
                return new String(readAll(fifo), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        write(fifo, "new");
        assertEquals("new", reader.get(30, TimeUnit.SECONDS));
        assertTrue(Files.exists(fifo) && !Files.isRegularFile(fifo));
    }

    /** Not by a stream of Files, which since JDK 21 asks for its position; a fifo has none. */
    private static byte[] readAll(Path fifo) throws IOException {
        try (InputStream in = new BufferedInputStream(new FileInputStream(fifo.toFile()))) {
            return in.readAllBytes();
        }
    }

    @Test
    void aDeviceIsWrittenInto() throws Exception {
        Path device = folder.resolve("null");
        assumeTrue(runs("mknod", device.toString(), "c", "1", "3"), "only root makes devices");
        try {
            write(device, "new");
        } catch (FileSystemException e) {
            assumeTrue(false, "devices are not to be used here: " + e);
        }
        assertFalse(Files.isRegularFile(device, LinkOption.NOFOLLOW_LINKS));
        assertEquals(List.of("null"), names());
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 143, 214, 230, 255})
    void namesMayBeAsLongAsTheSystemHasThem(int length) throws IOException {
        Path file = folder.resolve("n".repeat(length));
        write(file, "new");
        assertEquals("new", Files.readString(file));
        assertEquals(1, names().size());
    }

    @Test
    void namesInAnyScriptAreMeasuredInBytes() throws IOException {
        assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "the locale has no such names");
        Path file = folder.resolve("\u4e2d".repeat(85)); // 255 bytes
        write(file, "new");
        assertEquals("new", Files.readString(file));
    }

    @Test
    void aNameThatIsTooLongIsFoundByProbing() {
        assertThrows(FileSystemException.class, () -> WholeFile.probe(folder.resolve("n".repeat(256))));
    }

    @Test
    void aFailureLeavesTheOldFileAndNamesIt() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        FileSystemException e = assertThrows(
                FileSystemException.class,
                () -> WholeFile.write(file, out -> {
                    out.write(ByteBuffer.allocate(1));
                    throw new IOException("No space left on device");
                }));
        assertEquals(file.toString(), e.getFile());
        assertEquals("No space left on device", e.getReason());
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("file"), names());
    }

    @Test
    void aFileThatIsMountedByItselfIsWrittenInto() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "long and old");
        Path other = Files.writeString(folder.resolve("other"), "old");
        assumeTrue(runs("mount", "--bind", other.toString(), file.toString()), "only root mounts");
        try {
            write(file, "new");
            assertEquals("new", Files.readString(other));
        } finally {
            runs("umount", file.toString());
        }
    }

    /** As which root has no more rights than others. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), "new");
    }

    @Test
    void aFolderThatMayNotBeReadIsWrittenTo() throws Exception {
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Path file = closed.resolve("file");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("-wx------"));
        String rights = "-dac_override,-dac_read_search";
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                WholeFileTest.class.getName(),
                file.toString()));
        ProcessBuilder writer = new ProcessBuilder(java).inheritIO();
        if (Files.isReadable(closed)) {
            writer.command().addAll(0, List.of("setpriv", "--bounding-set", rights, "--inh-caps", rights));
            assumeTrue(runs("setpriv", "--bounding-set", rights, "--inh-caps", rights, "true"), "no setpriv");
        }
        assertEquals(0, writer.start().waitFor());
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        assertEquals("new", Files.readString(file));
    }
}
