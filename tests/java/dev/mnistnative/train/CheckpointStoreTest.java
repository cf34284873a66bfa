package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checkpoints in something that is no folder. */
@Timeout(120)
class CheckpointStoreTest extends CheckpointRuns {
    /** Files in a map. */
    private static final class Memory implements CheckpointStore {
        final Map<String, byte[]> files = new TreeMap<>();
        final List<String> deleted = new ArrayList<>();
        boolean taken;
        boolean full;

        @Override
        public Optional<Closeable> lock() {
            if (taken) {
                return Optional.empty();
            }
            taken = true;
            return Optional.of(() -> taken = false);
        }

        @Override
        public List<String> list() {
            return List.copyOf(files.keySet());
        }

        @Override
        public InputStream open(String name) {
            return new ByteArrayInputStream(files.get(name));
        }

        @Override
        public void write(String name, Contents contents) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            contents.writeTo(out);
            if (full) {
                throw new IOException("no more memory");
            }
            files.put(name, out.toByteArray());
        }

        @Override
        public void delete(String name) {
            files.remove(name);
            deleted.add(name);
        }

        @Override
        public String toString() {
            return "memory:run";
        }
    }

    private final Memory store = new Memory();

    @Test
    void aRunGoesOnWithTheSameBits() {
        TrainingSettings settings = ten().shuffle(true).build();
        End expected = run(settings, Checkpoints.NONE);
        store.files.put("someone else's file", new byte[3]);
        List<String> written = new ArrayList<>();
        run(settings.toBuilder().epochs(5).build(), Checkpoints.in(store), new TrainingListener() {
            @Override
            public void onCheckpoint(CheckpointWritten event) {
                written.add(event.checkpoint());
            }
        });
        assertEquals(5, written.size());
        assertEquals("memory:run/checkpoint-000005-000000.safetensors", written.get(4));
        assertEquals(4, store.list().size(), "the newest three and someone else's: " + store.list());
        assertEquals(2, store.deleted.size());
        byte[] newest = store.files.get("checkpoint-000005-000000.safetensors");
        newest[newest.length - 5] ^= 1; // it is skipped for the one before
        List<Resumed> resumed = new ArrayList<>();
        End end = run(settings, Checkpoints.in(store).resuming(), new TrainingListener() {
            @Override
            public void onStart(TrainingStart start) {
                start.resumed().ifPresent(resumed::add);
            }
        });
        assertSameEnd(expected, end);
        assertEquals(List.of(new Resumed("memory:run/checkpoint-000004-000000.safetensors", 4, 0)), resumed);
    }

    @Test
    void withinAnEpochTheyComeAfterSoManyStepsAndARunGoesOnFromEachOfThem() {
        TrainingSettings settings = ten().shuffle(true).epochs(3).build();
        End expected = run(settings, Checkpoints.NONE);
        int steps = new BatchPlan(data.size(), settings.batchSize(), settings.dropLast()).steps();
        int every = steps / 2 - 1; // twice in an epoch, and not at its end
        End kept = run(settings, Checkpoints.in(store).everySteps(every).keeping(100));
        assertEquals(expected.epochs(), kept.epochs());
        assertSameEnd(expected, kept);
        List<String> places = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            for (int step = epoch == 0 ? every : 0; step < steps; step += every) {
                places.add(String.format("checkpoint-%06d-%06d.safetensors", epoch, step));
            }
        }
        places.add("checkpoint-000003-000000.safetensors");
        assertEquals(places, store.list());
        Map<String, byte[]> all = Map.copyOf(store.files);
        for (String place : places) {
            store.files.clear();
            store.files.put(place, all.get(place));
            assertSameEnd(
                    expected,
                    run(settings, Checkpoints.in(store).everySteps(every).resuming()));
        }
    }

    @Test
    void theBytesAreThoseOfAFolder() throws IOException {
        TrainingSettings settings = ten().epochs(1).build();
        run(settings, Checkpoints.in(folder));
        run(settings, Checkpoints.in(store));
        byte[] kept = Files.readAllBytes(checkpoints().get(0));
        byte[] inMemory = store.files.get("checkpoint-000001-000000.safetensors");
        assertEquals(kept.length, inMemory.length, 40, "but for the digits of the times");
        int tail = 4 * settings.layers().parameterCount();
        assertArrayEquals(
                Arrays.copyOfRange(kept, kept.length - tail, kept.length),
                Arrays.copyOfRange(inMemory, inMemory.length - tail, inMemory.length));
    }

    @Test
    void oneRunAtATime() {
        store.taken = true;
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> run(ten().epochs(1).build(), Checkpoints.in(store)))
                .getMessage();
        assertTrue(message.contains("memory:run is in use by another run"), message);
        store.taken = false;
        run(ten().epochs(1).build(), Checkpoints.in(store));
        assertFalse(store.taken);
    }

    @Test
    void aStoreThatFailsIsToldAndLeft() {
        store.full = true;
        String message = assertThrows(
                        UncheckedIOException.class, () -> run(ten().epochs(1).build(), Checkpoints.in(store)))
                .getMessage();
        assertTrue(message.contains("memory:run/checkpoint-000001-000000.safetensors"), message);
        assertTrue(message.contains("no more memory"), message);
        assertFalse(store.taken);
    }
}
