package dev.mnistnative.binding.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the cache takes, and what it does not. */
class PrivateCacheTest {
    @TempDir
    private Path base;

    private static PackedLibraries packed() throws IOException {
        return PackedLibraries.of("linux-x86_64").orElseThrow();
    }

    private static byte[] contents(PackedLibraries packed, int which) throws IOException {
        try (var in = packed.libraries().get(which).url().openStream()) {
            return in.readAllBytes();
        }
    }

    private static void chmod(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private Path unpack() throws IOException {
        return UnpackedLibraries.below(base).folderOf(packed());
    }

    @Test
    void foldersAreForThisUserAlone() throws IOException {
        Path folder = unpack();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.getParent())));
        assertEquals(packed().key(), folder.getFileName().toString());
        for (int i = 0; i < 2; i++) {
            Path file = folder.resolve(Platform.FILES.get(i));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
            assertArrayEquals(contents(packed(), i), Files.readAllBytes(file));
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count(), "nothing is left of the unpacking");
        }
    }

    @Test
    void aFolderThatOthersMayWriteToIsNotTaken() throws IOException {
        Path root = Files.createDirectory(base.resolve("mnist-native"));
        for (String mode : List.of("rwxrwxrwx", "rwxrwx---", "rwx----w-")) {
            chmod(root, mode);
            String said = assertThrows(PrivateFiles.UntrustedException.class, this::unpack)
                    .getMessage();
            assertTrue(said.contains(root + " can be written by others (mode "), said);
        }
        chmod(root, "rwxr-xr-x");
        chmod(unpack(), "rwxrwxrwx"); // the build's own as well
        assertThrows(PrivateFiles.UntrustedException.class, this::unpack);
    }

    @Test
    void aLinkIsNotTaken() throws IOException {
        Path elsewhere = Files.createDirectory(base.resolve("elsewhere"));
        Path root = Files.createSymbolicLink(base.resolve("mnist-native"), elsewhere);
        assertThrows(PrivateFiles.UntrustedException.class, this::unpack);
        Files.delete(root);
        Files.createFile(root);
        assertThrows(PrivateFiles.UntrustedException.class, this::unpack);
    }

    @Test
    void anotherUsersFolderIsNotTaken() throws IOException {
        Path root = Files.createDirectory(base.resolve("mnist-native"));
        chmod(root, "rwxr-xr-x");
        try {
            Files.setAttribute(root, "unix:uid", 12345);
        } catch (IOException e) {
            System.out.println("SKIPPED another user's folder: only root can give one away");
            Assumptions.abort(e.getMessage());
        }
        String said = assertThrows(PrivateFiles.UntrustedException.class, this::unpack)
                .getMessage();
        assertTrue(said.contains("belongs to another user (uid 12345)"), said);
    }

    /** As a crash, another user's umask or a careless copy leaves it. */
    @Test
    void whatIsNoWholePrivateFileIsReplaced() throws IOException {
        byte[] whole = contents(packed(), 0);
        Path file = unpack().resolve(Platform.CORE);
        Files.write(file, new byte[100]);
        unpack();
        assertArrayEquals(whole, Files.readAllBytes(file), "truncated");

        Files.write(file, new byte[whole.length]);
        chmod(file, "rw-rw-rw-");
        unpack();
        assertArrayEquals(whole, Files.readAllBytes(file), "written by others");

        Path planted = Files.write(base.resolve("planted"), new byte[whole.length]);
        Files.delete(file);
        Files.createSymbolicLink(file, planted);
        unpack();
        assertFalse(Files.isSymbolicLink(file));
        assertArrayEquals(whole, Files.readAllBytes(file), "a link");
        assertArrayEquals(new byte[whole.length], Files.readAllBytes(planted), "is not written through");

        Object key = Files.readAttributes(file, "unix:ino").get("ino");
        unpack();
        assertEquals(key, Files.readAttributes(file, "unix:ino").get("ino"), "a whole one stays");
    }

    @Test
    void oldBuildsGoWhenANewOneComes() throws IOException {
        Path root = Files.createDirectory(base.resolve("mnist-native"));
        chmod(root, "rwx------");
        for (int days = 0; days < 20; days++) {
            age(Files.createDirectory(root.resolve("build" + days)), days);
            Files.createFile(root.resolve("build" + days).resolve("library"));
            age(root.resolve("build" + days), days);
        }
        age(Files.createDirectory(root.resolve("copy-of-a-process-that-was-killed")), 3);
        unpack();
        for (int days = 0; days < 20; days++) {
            assertEquals(days < UnpackedLibraries.KEPT - 1, Files.exists(root.resolve("build" + days)), "" + days);
        }
        assertFalse(Files.exists(root.resolve("copy-of-a-process-that-was-killed")));
        unpack(); // nothing new: nothing goes
        assertTrue(Files.exists(root.resolve("build6")));
    }

    private static void age(Path folder, int days) throws IOException {
        Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    @Test
    void theFoldersInTheirOrder() throws IOException {
        String home = Files.createDirectory(base.resolve("home")).toString();
        assertEquals(
                new CacheFolders(List.of(Path.of("/a")), false),
                folders(Map.of("dev.mnistnative.cachedir", "/a", "org.bytedeco.javacpp.cachedir", "/b"), Map.of()));
        assertEquals(
                new CacheFolders(List.of(Path.of("/b"), Path.of("/x")), true),
                folders(
                        Map.of("org.bytedeco.javacpp.cachedir", "/b", "user.home", home),
                        Map.of("XDG_CACHE_HOME", "/x")));
        assertEquals(
                new CacheFolders(List.of(Path.of(home, ".cache")), true),
                folders(Map.of("user.home", home), Map.of("XDG_CACHE_HOME", "relative")));
        assertEquals(new CacheFolders(List.of(), true), folders(Map.of("user.home", "?"), Map.of()), "no name");
        assertEquals(
                new CacheFolders(List.of(Path.of(home, ".cache")), true),
                folders(Map.of("user.home", "?"), Map.of("HOME", home)));
    }

    private static CacheFolders folders(Map<String, String> properties, Map<String, String> environment) {
        return CacheFolders.of(properties::get, environment::get);
    }
}
