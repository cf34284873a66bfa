package dev.mnistnative.binding.load;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * Folders and files that only this user can have made and can change. On file systems without owners and modes
 * (Windows) a user's own folders are closed to others by what they inherit; there only the kind is checked.
 */
final class PrivateFiles {
    private static final int KIND = 0170000;
    private static final int FOLDER = 0040000;
    private static final int FILE = 0100000;
    private static final int WRITABLE_BY_OTHERS = 0022;

    private PrivateFiles() {}

    /** Somebody else may have made or changed it. */
    static final class UntrustedException extends IOException {
        private static final long serialVersionUID = 1;

        UntrustedException(String message) {
            super(message);
        }
    }

    /**
     * The folder, made with mode 0700 where there is none.
     *
     * @throws UntrustedException if it is a link, another user's, or others may write into it
     */
    static Path folder(Path path) throws IOException {
        try {
            Files.createDirectory(path, mode());
        } catch (FileAlreadyExistsException e) {
            // checked, as the one that was just made is: who made it is told by its owner
        }
        String fault = fault(path, FOLDER);
        if (fault != null) {
            throw new UntrustedException(path + " " + fault);
        }
        return path;
    }

    /** Makes a folder, and those above it, for others to put folders into; an existing one stays as it is. */
    static void base(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(path, mode());
        }
    }

    /** Whether it is this user's own file, which nobody else may write, of so many bytes (-1: of any number). */
    static boolean isFile(Path path, long bytes) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && fault(path, FILE) == null
                && (bytes < 0 || Files.size(path) == bytes);
    }

    /** Whether it is this user's own folder, into which nobody else may write. */
    static boolean isFolder(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && fault(path, FOLDER) == null;
    }

    private static String fault(Path path, int kind) throws IOException {
        if (!hasOwners(path)) {
            BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return (kind == FOLDER ? seen.isDirectory() : seen.isRegularFile()) ? null : "is of another kind";
        }
        Map<String, Object> seen = Files.readAttributes(path, "unix:mode,uid", LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) seen.get("mode");
        int owner = (Integer) seen.get("uid");
        if ((mode & KIND) != kind) {
            return "is a link or of another kind, where a " + (kind == FOLDER ? "folder" : "file") + " should be";
        }
        if (owner != user(path)) {
            return "belongs to another user (uid " + owner + ")";
        }
        if ((mode & WRITABLE_BY_OTHERS) != 0) {
            return "can be written by others (mode " + Integer.toOctalString(mode & 07777) + ")";
        }
        return null;
    }

    /**
     * This process's uid, which Java does not tell: the owner of its entry in /proc, else of a file that it has just
     * made.
     */
    private static int user(Path beside) throws IOException {
        Path self = Path.of("/proc/self");
        if (Files.isDirectory(self)) {
            return (Integer) Files.getAttribute(self, "unix:uid");
        }
        Path file = Files.createTempFile(beside.getParent(), "mnist-native-", ".tmp");
        try {
            return (Integer) Files.getAttribute(file, "unix:uid");
        } finally {
            Files.delete(file);
        }
    }

    private static boolean hasOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    private static FileAttribute<?>[] mode() {
        return Platform.isWindows()
                ? new FileAttribute<?>[0]
                : new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                };
    }
}
