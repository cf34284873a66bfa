package dev.mnistnative.binding.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of the system's C library, by made-up maps of processes and words of dynamic linkers. */
class CLibraryTest {
    private static final String TOO_OLD = "/c/libmnistnative.so: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.28' "
            + "not found (required by /c/libmnistnative.so)";

    @TempDir
    private Path folder;

    private Optional<CLibrary> in(String... files) throws Exception {
        Path maps = folder.resolve("maps");
        Files.write(
                maps,
                List.of(files).stream()
                        .map(file -> "7f1000000000-7f1000028000 r-xp 00026000 fe:00 1234                       " + file)
                        .toList());
        return CLibrary.of(maps);
    }

    @Test
    void muslIsNamed() throws Exception {
        for (String file :
                List.of("/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1", "/lib/libc.musl-x86_64.so.1")) {
            Optional<CLibrary> here = in("/usr/bin/java", "", "[heap]", file, "/opt/jdk/lib/libjli.so");
            assertTrue(here.orElseThrow().isMusl(), file);
            String said = LoadMessages.systemsFault("Error loading shared library ld-linux-x86-64.so.2", here)
                    .orElseThrow();
            assertTrue(said.contains("musl, as on Alpine. Remedy: "), said);
        }
    }

    @Test
    void anOldGlibcIsNamedWithTheOneThatIsNeeded() throws Exception {
        Path libc = Files.writeString(
                folder.resolve("libc-2.27.so"),
                "\0x\0GNU C Library (Old 2.27-3) stable release version 2.27.\nCopyright");
        String said = LoadMessages.systemsFault(TOO_OLD, in("/usr/bin/java", libc.toString()))
                .orElseThrow();
        assertTrue(said.startsWith("it needs glibc 2.28 or newer, and this system has glibc 2.27. Remedy: "), said);
    }

    @Test
    void thisProcessHasGlibc() {
        CLibrary here = CLibrary.here().orElseThrow();
        assertFalse(here.isMusl());
        assertTrue(here.toString().matches("glibc 2\\.[0-9]+"), here.toString());
    }

    @Test
    void otherFaultsAreNotTheCLibrarys() throws Exception {
        assertEquals(Optional.empty(), in("/usr/bin/java", "/opt/libcrypto.so", "/opt/libc.so.backup", "[stack]"));
        assertEquals(Optional.empty(), CLibrary.of(folder.resolve("none")));
        assertEquals(Optional.empty(), LoadMessages.systemsFault("wrong ELF class: ELFCLASS32", CLibrary.here()));
    }

    @Test
    void foreignPlatformsAreToldWhatThereIs() {
        String said = LoadMessages.missing("linux-riscv64", List.of("linux-x86_64", "linux-arm64"));
        assertTrue(said.contains("no libraries for linux-riscv64"), said);
        assertTrue(said.contains("only for linux-x86_64, linux-arm64"), said);
        assertTrue(said.contains("Remedy: run it on one of " + String.join(", ", Platform.BUILT)), said);
        said = LoadMessages.missing("linux-arm64", List.of("linux-x86_64"));
        assertTrue(said.contains("classifier linux-arm64"), said);
    }
}
