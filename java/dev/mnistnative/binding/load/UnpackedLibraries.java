package dev.mnistnative.binding.load;

import dev.mnistnative.binding.load.PackedLibraries.Library;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The folder {@code mnist-native} of a cache: a folder for each build, named by the content of its libraries, so that
 * any number of builds and processes may use it at once.
 *
 * <p>What is found there is used if it is a file (no link) of this user's, which nobody else may write, and as long as
 * the packed one. Its content is not read again: a file gets its name when it has been compared with the packed SHA-256
 * and is on the disk, so that neither a crash nor another process leaves half of one under it.
 *
 * <p>When a build is unpacked for the first time, those that were not used for longest go: {@value #KEPT} stay, and
 * whatever was used within the last day. A process that has loaded a library does not need its file any more.
 */
final class UnpackedLibraries {
    static final int KEPT = 8;
    private static final Duration RECENT = Duration.ofDays(1);
    private static final Duration NOTED = Duration.ofHours(1);
    private static final String NAME = "mnist-native";

    private final Path root;

    private UnpackedLibraries(Path root) {
        this.root = root;
    }

    /**
     * Below a folder, which is made if it is not there.
     *
     * @throws PrivateFiles.UntrustedException if others may have put something there
     */
    static UnpackedLibraries below(Path base) throws IOException {
        PrivateFiles.base(base);
        return new UnpackedLibraries(PrivateFiles.folder(base.resolve(NAME)));
    }

    /** The folder with these libraries, unpacked unless they are there. */
    Path folderOf(PackedLibraries packed) throws IOException {
        Path folder = root.resolve(packed.key());
        boolean isNew = !Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
        PrivateFiles.folder(folder);
        for (Library library : packed.libraries()) {
            Path file = folder.resolve(library.fileName());
            if (!PrivateFiles.isFile(file, library.bytes())) {
                unpack(library, file);
            }
        }
        if (isNew) {
            tidy(folder);
        }
        noteUse(folder);
        return folder;
    }

    /** A folder for the one process that asked for it. */
    Path temporary() throws IOException {
        return Files.createTempDirectory(root, "copy-");
    }

    private static void unpack(Library library, Path file) throws IOException {
        Path part = Files.createTempFile(file.getParent(), library.fileName(), ".part"); // mode 0600
        try {
            library.writeTo(part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE); // over a damaged one; others see all or nothing
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Seldom: it is a write, and the folder may lie on a network. */
    private static void noteUse(Path folder) {
        try {
            Instant noted = Files.getLastModifiedTime(folder).toInstant();
            if (noted.isBefore(Instant.now().minus(NOTED))) {
                Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
            }
        } catch (IOException e) {
            // then it goes sooner, and is unpacked again
        }
    }

    private void tidy(Path current) {
        try {
            List<Path> others = new ArrayList<>();
            try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
                for (Path folder : all) {
                    if (!folder.equals(current) && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                        others.add(folder);
                    }
                }
            }
            others.sort(Comparator.comparing(UnpackedLibraries::lastUse).reversed());
            Instant recent = Instant.now().minus(RECENT);
            int builds = 1; // the current one
            for (Path other : others) {
                // a copy that is still there is of a process that was killed
                boolean isCopy = other.getFileName().toString().startsWith("copy-");
                if ((isCopy || ++builds > KEPT) && lastUse(other).isBefore(recent)) {
                    delete(other);
                }
            }
        } catch (IOException | RuntimeException e) {
            // another process tidies up as well, or next time
        }
    }

    private static Instant lastUse(Path folder) {
        try {
            return Files.getLastModifiedTime(folder).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder and the files in it, as far as the system lets go of them: Windows keeps those that are loaded. */
    static void delete(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                deleteOrLater(file);
            }
        } catch (IOException e) {
            // nothing there to delete
        }
        deleteOrLater(folder);
    }

    private static void deleteOrLater(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            if (Platform.isWindows()) {
                file.toFile().deleteOnExit();
            }
        }
    }
}
