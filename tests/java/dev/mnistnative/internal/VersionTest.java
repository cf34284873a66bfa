package dev.mnistnative.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.binding.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** One version, wherever it stands. */
class VersionTest {
    @Test
    void javaHasThatOfTheBuildAndOfTheLibrary() throws IOException {
        assertTrue(Files.readString(Path.of("pom.xml")).contains("<version>" + Version.CURRENT + "</version>"));
        assertTrue(Files.readString(Path.of("CMakeLists.txt")).contains(" VERSION " + Version.CURRENT + " "));
        assertEquals(Version.CURRENT, NativeLibrary.version());
    }
}
