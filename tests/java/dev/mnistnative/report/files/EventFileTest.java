package dev.mnistnative.report.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000L, 250_000_000), ZoneOffset.UTC);

    @TempDir
    Path folder;

    @Test
    void writesWhatAnIndependentReaderFinds() throws IOException {
        try (EventFile file = new EventFile(folder, "host", CLOCK)) {
            file.scalar("train/loss", 1, 2.25);
            file.scalar("test/accuracy", 300, Double.NaN);
        }
        Path written = TfEvents.onlyFileIn(folder);
        assertTrue(written.getFileName().toString().startsWith("events.out.tfevents.1700000000.host."));
        List<TfEvents.Event> events = TfEvents.read(written);
        assertEquals("brain.Event:2", events.get(0).fileVersion());
        assertEquals(new TfEvents.Event(1_700_000_000.25, 1, null, "train/loss", 2.25f), events.get(1));
        assertEquals(new TfEvents.Event(1_700_000_000.25, 300, null, "test/accuracy", Float.NaN), events.get(2));
        assertEquals(3, events.size());
    }

    @Test
    void checksumOfTheReaderIsTheRealCrc32c() {
        assertEquals(0xE3069283L, TfEvents.crc32c("123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    }
}
