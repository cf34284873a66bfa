package dev.mnistnative.train;

import dev.mnistnative.internal.WholeFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Checkpoints as files in a folder: written beside their names, synced and renamed. */
final class FolderStore implements CheckpointStore {
    private static final String LEFT_OVER = ".checkpoint-*.tmp"; // of a process that was killed while it wrote

    private final Path folder;

    FolderStore(Path folder) {
        this.folder = Objects.requireNonNull(folder, "folder");
    }

    @Override
    public Optional<Closeable> lock() throws IOException {
        Files.createDirectories(folder);
        FolderLock lock = Uninterrupted.run(() -> FolderLock.take(folder));
        if (lock != null) {
            tidy(lock);
        }
        return Optional.ofNullable(lock);
    }

    private void tidy(FolderLock lock) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, LEFT_OVER)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    @Override
    public InputStream open(String name) throws IOException {
        return Files.newInputStream(folder.resolve(name));
    }

    @Override
    public void write(String name, Contents contents) throws IOException {
        Uninterrupted.run(() -> {
            WholeFile.write(folder.resolve(name), out -> contents.writeTo(Channels.newOutputStream(out)));
            return null;
        });
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name));
    }

    @Override
    public String locate(String name) {
        return folder.resolve(name).toString();
    }

    /** Two of the same folder are one store. */
    @Override
    public boolean equals(Object other) {
        return other instanceof FolderStore that && folder.equals(that.folder);
    }

    @Override
    public int hashCode() {
        return folder.hashCode();
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
