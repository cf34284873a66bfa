package dev.mnistnative.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file whole or not at all: beside its name, synced to the disk and renamed, so that at any moment the name
 * holds the whole old or the whole new file. What is there is respected: a file keeps its mode and owner, a symbolic
 * link stays and what it leads to is replaced, and a device or a fifo is written into.
 */
public final class WholeFile {
    private static final int MOST_LINKS = 40; // as Linux has it

    /** Characters of a file's name in the temporary one, which must not be too long where the name just fits. */
    private static final int NAME_CHARACTERS = 100;

    private WholeFile() {}

    /**
     * Writes a file, replacing one of that name.
     *
     * @throws FileSystemException that names the file, if the disk is full or broken
     */
    public static void write(Path path, IoAction<WritableByteChannel> contents) throws IOException {
        try {
            if (isStream(path)) {
                try (FileChannel out = FileChannel.open(path, StandardOpenOption.APPEND)) {
                    contents.on(out);
                }
            } else {
                replace(target(path), contents);
            }
        } catch (IOException e) {
            throw e.getClass() == IOException.class ? named(path, e) : e;
        }
    }

    /**
     * Finds out whether {@link #write} could write a file, by creating what it would create; nothing of it stays.
     *
     * @throws IOException if not
     */
    public static void probe(Path path) throws IOException {
        if (isStream(path)) {
            if (!Files.isWritable(path)) {
                throw new AccessDeniedException(path.toString());
            }
            return;
        }
        Path beside = beside(target(path));
        try {
            Files.write(beside, new byte[1], StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw e.getClass() == IOException.class ? named(path, e) : e;
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** Whether what has that name is written into and not replaced: a device, a fifo, a descriptor. */
    public static boolean isStream(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).isOther()
                    || target(path).startsWith("/proc"); // /dev/stdout, /dev/fd/3
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** What a path leads to by symbolic links, there or not. */
    public static Path target(Path path) throws IOException {
        Path at = path;
        for (int links = 0; links < MOST_LINKS; links++) {
            if (!Files.isSymbolicLink(at) || at.startsWith("/proc")) {
                return at;
            }
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        throw new FileSystemLoopException(path.toString());
    }

    /** The folder that a file is in. */
    public static Path folder(Path file) {
        return file.getParent() == null ? Path.of(".") : file.getParent();
    }

    /** Writes all bytes from the position to the limit. */
    public static void writeAll(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static void replace(Path target, IoAction<WritableByteChannel> contents) throws IOException {
        Path beside = beside(target);
        try {
            try (FileChannel out = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                takeRights(target, beside);
                contents.on(out);
                out.force(true);
            }
            rename(beside, target);
            sync(folder(target));
        } finally {
            Files.deleteIfExists(beside); // there only if something failed
        }
    }

    private static Path beside(Path target) {
        String name = target.getFileName().toString().replaceAll("[^A-Za-z0-9._-]", "_");
        return target.resolveSibling("." + name.substring(0, Math.min(NAME_CHARACTERS, name.length())) + "."
                + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".tmp");
    }

    /** Gives a new file the mode and, as far as we may, the owner of the one it is to replace. */
    private static void takeRights(Path from, Path to) throws IOException {
        PosixFileAttributeView theirs = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        PosixFileAttributeView ours = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (theirs == null || !Files.exists(from)) {
            return;
        }
        PosixFileAttributes old = theirs.readAttributes();
        try {
            ours.setGroup(old.group());
            ours.setOwner(old.owner());
        } catch (IOException e) {
            // only root gives files away
        }
        try {
            ours.setPermissions(old.permissions());
        } catch (IOException e) {
            // a file system without modes
        }
    }

    private static void rename(Path beside, Path target) throws IOException {
        try {
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (FileSystemException e) {
            if (!Files.isRegularFile(target)) {
                throw e;
            }
            overwrite(beside, target); // a file mounted by itself, as into containers, cannot be renamed over
        }
    }

    private static void overwrite(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out =
                        FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (long done = 0; done < in.size(); ) {
                done += in.transferTo(done, in.size() - done, out);
            }
            out.force(true);
        }
    }

    /** Makes the new name itself durable, where the folder may be read and its file system can. */
    private static void sync(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // the file is there and whole
        }
    }

    private static FileSystemException named(Path path, IOException e) {
        FileSystemException named = new FileSystemException(path.toString(), null, e.getMessage());
        named.initCause(e);
        return named;
    }
}
