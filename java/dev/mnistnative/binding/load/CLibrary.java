package dev.mnistnative.binding.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The C library of this process; read only when a native library could not be loaded, to say why. */
record CLibrary(String name, String version) {
    /** The files of a process: "7f12a000-7f12b000 r-xp 00000000 08:01 1234    /lib/x86_64-linux-gnu/libc.so.6". */
    private static final Path MAPS = Path.of("/proc/self/maps");

    private static final Pattern MUSL = Pattern.compile(" (/\\S*/(?:ld-musl-[^/\\s]+|libc\\.musl-[^/\\s]+))$");
    private static final Pattern GLIBC = Pattern.compile(" (/\\S*/libc(?:-[0-9.]+)?\\.so(?:\\.6)?)$");
    private static final Pattern BANNER =
            Pattern.compile("GNU C Library [^\\n]{0,80}release version ([0-9]+\\.[0-9]+)");
    private static final Pattern MISSING = Pattern.compile("version [`']?GLIBC_([0-9.]+)'? not found");

    /** Empty where it cannot be known. */
    static Optional<CLibrary> here() {
        return of(MAPS);
    }

    /** That of the process with these maps. */
    static Optional<CLibrary> of(Path maps) {
        try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
            Optional<CLibrary> glibc = Optional.empty();
            for (String line : (Iterable<String>) lines::iterator) {
                if (MUSL.matcher(line).find()) { // its libc.so is the loader itself
                    return Optional.of(new CLibrary("musl", ""));
                }
                Matcher file = GLIBC.matcher(line);
                if (glibc.isEmpty() && file.find()) {
                    glibc = Optional.of(new CLibrary("glibc", versionIn(Path.of(file.group(1)))));
                }
            }
            return glibc;
        } catch (IOException | RuntimeException e) { // the lines' is unchecked
            return Optional.empty();
        }
    }

    /** The glibc that a library wants, by the dynamic linker's words; it names the first that is missing. */
    static Optional<String> wantedBy(String message) {
        Matcher missing = MISSING.matcher(message);
        return missing.find() ? Optional.of(missing.group(1)) : Optional.empty();
    }

    boolean isMusl() {
        return name.equals("musl");
    }

    /** glibc says its version when it is run, so the sentence is in the file. */
    private static String versionIn(Path library) {
        try {
            Matcher banner = BANNER.matcher(new String(Files.readAllBytes(library), StandardCharsets.ISO_8859_1));
            return banner.find() ? banner.group(1) : "";
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return version.isEmpty() ? name : name + " " + version;
    }
}
