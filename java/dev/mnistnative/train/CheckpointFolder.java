package dev.mnistnative.train;

import dev.mnistnative.DataFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of one run, named by how far it had come. The folder is its alone until it is closed. */
final class CheckpointFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFolder.class);
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{6,9})-(\\d{6,9})\\.safetensors");
    private static final String LEFT_OVER = ".checkpoint-*.tmp"; // of a process that was killed while it wrote

    private final Path folder;
    private final int keep;
    private final FolderLock lock;

    /** A file whose name is a checkpoint's. */
    private record Entry(int epoch, int step, Path path) {
        static final Comparator<Entry> OLDEST_FIRST =
                Comparator.comparingInt(Entry::epoch).thenComparingInt(Entry::step);
    }

    /** A checkpoint that has been read. */
    record Found(Path path, CheckpointFile file) {}

    /**
     * Makes the folder if need be, takes it and tidies it.
     *
     * @throws IllegalArgumentException if another run has it
     */
    CheckpointFolder(Path folder, int keep) {
        this.folder = folder;
        this.keep = keep;
        try {
            Files.createDirectories(folder);
            lock = Uninterrupted.run(() -> FolderLock.take(folder));
            if (lock != null) {
                tidy();
            }
        } catch (IOException e) {
            throw failure("the checkpoint folder " + folder + " cannot be used", e);
        }
        if (lock == null) {
            throw new IllegalArgumentException("the checkpoint folder " + folder
                    + " is in use by another run: wait for its end, or name another folder");
        }
    }

    private void tidy() throws IOException {
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
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw failure("the checkpoint folder " + folder + " cannot be left", e);
        }
    }

    boolean isEmpty() {
        return oldestFirst().isEmpty();
    }

    /**
     * The newest checkpoint that is whole, or null if there is none at all. Damaged ones are told in the log.
     *
     * @throws DataFormatException if all are damaged
     */
    Found newest(TrainingSettings settings) {
        List<Entry> entries = oldestFirst();
        for (int i = entries.size() - 1; i >= 0; i--) {
            Path path = entries.get(i).path();
            try {
                return new Found(path, Uninterrupted.run(() -> CheckpointFile.read(path, settings)));
            } catch (IOException | DataFormatException e) {
                LOG.warn("A checkpoint cannot be used and is skipped for the one before it: {}", e.getMessage());
            }
        }
        if (entries.isEmpty()) {
            return null;
        }
        throw new DataFormatException(folder + ": none of its " + entries.size()
                + " checkpoints can be used; see the log for the reasons, or begin in another folder");
    }

    /** Writes a checkpoint and drops those that are too old. */
    Path save(CheckpointFile file) {
        RunState state = file.state();
        Entry entry = new Entry(
                state.epoch(),
                state.step(),
                folder.resolve(String.format( // ROOT: some languages have digits of their own
                        Locale.ROOT, "checkpoint-%06d-%06d.safetensors", state.epoch(), state.step())));
        try {
            Uninterrupted.run(() -> {
                file.write(entry.path());
                return null;
            });
            dropOlder(entry);
        } catch (IOException e) {
            throw failure("the checkpoint " + entry.path() + " cannot be written", e);
        }
        return entry.path();
    }

    private void dropOlder(Entry newest) throws IOException {
        List<Entry> older = oldestFirst().stream()
                .filter(entry -> Entry.OLDEST_FIRST.compare(entry, newest) < 0)
                .toList();
        for (Entry entry : older.subList(0, Math.max(0, older.size() - (keep - 1)))) {
            Files.deleteIfExists(entry.path());
        }
    }

    private List<Entry> oldestFirst() {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    entries.add(new Entry(Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)), file));
                }
            }
        } catch (IOException e) {
            throw failure("the checkpoint folder " + folder + " cannot be listed", e);
        }
        entries.sort(Entry.OLDEST_FIRST);
        return entries;
    }

    private static UncheckedIOException failure(String what, IOException e) {
        return new UncheckedIOException(
                what + ": " + e + "; check the permissions and the free space, older checkpoints are untouched", e);
    }
}
