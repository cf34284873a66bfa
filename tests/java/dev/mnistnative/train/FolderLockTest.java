package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One run at a time, and on file systems without locks as well as can be. */
class FolderLockTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {"No locks available", "Function not implemented", "Operation not supported", "Keine Sperren"})
    void withoutLocksARunGoesOnWithin(String reason) throws IOException {
        FolderLock.Locking none = file -> {
            throw new IOException(reason);
        };
        try (FolderLock lock = FolderLock.take(folder, none)) {
            assertNotNull(lock);
            assertNull(FolderLock.take(folder, none)); // this process knows its own
        }
        try (FolderLock again = FolderLock.take(folder)) {
            assertNotNull(again);
        }
    }

    @Test
    void anInterruptionIsNoMissingLock() {
        assertThrows(
                ClosedByInterruptException.class,
                () -> FolderLock.take(folder, file -> {
                    throw new ClosedByInterruptException();
                }));
    }

    @Test
    void anothersLockIsRespected() throws IOException {
        assertNull(FolderLock.take(folder, file -> null));
    }
}
