package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mnistnative.train.TrainingListener;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReportsTest {
    private final AtomicInteger closed = new AtomicInteger();

    private final class Failing implements TrainingListener, Closeable {
        private final String message;

        Failing(String message) {
            this.message = message;
        }

        @Override
        public void close() throws IOException {
            closed.incrementAndGet();
            throw new IOException(message);
        }
    }

    @Test
    void allAreClosedAndNoFailureIsLost() {
        Reports reports = new Reports();
        reports.add(new Failing("the metrics"));
        reports.add(new TrainingListener() {});
        reports.add(new Failing("the events"));
        IOException failure = assertThrows(IOException.class, reports::close);
        assertEquals(2, closed.get());
        assertEquals("the metrics", failure.getMessage());
        assertArrayEquals(
                new String[] {"the events"},
                Arrays.stream(failure.getSuppressed())
                        .map(Throwable::getMessage)
                        .toArray());
    }
}
