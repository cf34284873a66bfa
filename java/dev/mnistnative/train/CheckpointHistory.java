package dev.mnistnative.train;

import dev.mnistnative.DataFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The checkpoints of one run, named by how far it had come. The store is its alone until it is closed. */
final class CheckpointHistory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointHistory.class);
    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{6,9})-(\\d{6,9})\\.safetensors");

    private final CheckpointStore store;
    private final int keep;
    private final Closeable lock;

    /** A file whose name is a checkpoint's. */
    private record Entry(int epoch, int step, String name) {
        static final Comparator<Entry> OLDEST_FIRST =
                Comparator.comparingInt(Entry::epoch).thenComparingInt(Entry::step);

        static Entry of(RunState state) {
            String name = String.format( // ROOT: some languages have digits of their own
                    Locale.ROOT, "checkpoint-%06d-%06d.safetensors", state.epoch(), state.step());
            return new Entry(state.epoch(), state.step(), name);
        }
    }

    /** A checkpoint that has been read, and where it lies. */
    record Found(String location, CheckpointFile file) {}

    /**
     * Takes the store.
     *
     * @throws IllegalArgumentException if another run has it
     */
    CheckpointHistory(CheckpointStore store, int keep) {
        this.store = store;
        this.keep = keep;
        try {
            lock = store.lock()
                    .orElseThrow(() -> new IllegalArgumentException("the checkpoint folder " + store
                            + " is in use by another run: wait for its end, or name another folder"));
        } catch (IOException e) {
            throw failure("the checkpoint folder " + store + " cannot be used", e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw failure("the checkpoint folder " + store + " cannot be left", e);
        }
    }

    boolean isEmpty() {
        return oldestFirst().isEmpty();
    }

    /**
     * The newest checkpoint that is whole; empty if there is none at all. Damaged ones are told in the log.
     *
     * @throws UncheckedIOException of a {@link DataFormatException} if all are damaged
     */
    Optional<Found> newest(TrainingSettings settings) {
        List<Entry> entries = oldestFirst();
        for (int i = entries.size() - 1; i >= 0; i--) {
            String name = entries.get(i).name();
            try {
                CheckpointFile file = Uninterrupted.run(() -> read(name, settings));
                return Optional.of(new Found(store.locate(name), file));
            } catch (IOException e) {
                LOG.warn("A checkpoint cannot be used and is skipped for the one before it: {}", e.getMessage());
            }
        }
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        String none = store + ": none of its " + entries.size()
                + " checkpoints can be used; see the log for the reasons, or begin in another folder";
        throw new UncheckedIOException(none, new DataFormatException(none));
    }

    private CheckpointFile read(String name, TrainingSettings settings) throws IOException {
        try (InputStream in = store.open(name)) {
            return CheckpointFile.read(in, store.locate(name), settings);
        }
    }

    /** Writes a checkpoint and drops those that are too old; where it lies. */
    String save(CheckpointFile file) {
        Entry entry = Entry.of(file.state());
        String location = store.locate(entry.name());
        try {
            store.write(entry.name(), file::write);
            dropOlder(entry);
        } catch (IOException e) {
            throw failure("the checkpoint " + location + " cannot be written", e);
        }
        return location;
    }

    private void dropOlder(Entry newest) throws IOException {
        List<Entry> older = oldestFirst().stream()
                .filter(entry -> Entry.OLDEST_FIRST.compare(entry, newest) < 0)
                .toList();
        for (Entry entry : older.subList(0, Math.max(0, older.size() - (keep - 1)))) {
            store.delete(entry.name());
        }
    }

    private List<Entry> oldestFirst() {
        List<Entry> entries = new ArrayList<>();
        try {
            for (String file : store.list()) {
                Matcher name = NAME.matcher(file);
                if (name.matches()) {
                    entries.add(new Entry(Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)), file));
                }
            }
        } catch (IOException e) {
            throw failure("the checkpoint folder " + store + " cannot be listed", e);
        }
        entries.sort(Entry.OLDEST_FIRST);
        return entries;
    }

    private static UncheckedIOException failure(String what, IOException e) {
        return new UncheckedIOException(
                what + ": " + e + "; check the permissions and the free space, older checkpoints are untouched", e);
    }
}
