package dev.mnistnative.train;

import dev.mnistnative.data.DataFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of one run, named by how far it had come. */
final class CheckpointFolder {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFolder.class);
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{6,9})-(\\d{6,9})\\.safetensors");
    private static final String LEFT_OVER = ".checkpoint-*.tmp"; // of a process that was killed while it wrote

    private final Path folder;
    private final int keep;

    /** A file whose name is a checkpoint's. */
    private record Entry(int epoch, int step, Path path) {
        static final Comparator<Entry> OLDEST_FIRST =
                Comparator.comparingInt(Entry::epoch).thenComparingInt(Entry::step);
    }

    /** A checkpoint that has been read. */
    record Found(Path path, CheckpointFile file) {}

    /** Makes the folder if need be and tidies it. */
    CheckpointFolder(Path folder, int keep) {
        this.folder = folder;
        this.keep = keep;
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, LEFT_OVER)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw failure("the checkpoint folder " + folder + " cannot be used", e);
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
                return new Found(path, CheckpointFile.read(path, settings));
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
                folder.resolve("checkpoint-%06d-%06d.safetensors".formatted(state.epoch(), state.step())));
        try {
            write(file, entry.path());
            dropOlder(entry);
        } catch (IOException e) {
            throw failure("the checkpoint " + entry.path() + " cannot be written", e);
        }
        return entry.path();
    }

    /** An interrupted thread's channels close under it, but it is then that the state is worth most. */
    private static void write(CheckpointFile file, Path path) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    file.write(path);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
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
