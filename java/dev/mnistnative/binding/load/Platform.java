package dev.mnistnative.binding.load;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;

/** What this process runs on, in JavaCPP's words, and what the native libraries are called there. */
final class Platform {
    /** The platforms that there are native libraries for; a class path holds some of them. */
    static final List<String> BUILT = List.of("linux-x86_64", "linux-arm64", "windows-x86_64");

    /** The library that computes. */
    static final String CORE = System.mapLibraryName("mnistnative");

    /** The library that JavaCPP has generated; it needs the core. */
    static final String GLUE = System.mapLibraryName("jnimnistnative");

    /** In the order in which they need each other. */
    static final List<String> FILES = List.of(CORE, GLUE);

    private Platform() {}

    /** "linux-x86_64"; {@code org.bytedeco.javacpp.platform} sets another. */
    static String name() {
        try {
            return Loader.getPlatform();
        } catch (LinkageError e) { // no JavaCPP
            return System.getProperty("os.name") + "-" + System.getProperty("os.arch");
        }
    }

    static boolean isWindows() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /** Whether the JVM does not give this file to a class loader because another has it. */
    static boolean isTaken(UnsatisfiedLinkError error) {
        return String.valueOf(error.getMessage()).contains("already loaded in another classloader");
    }

    /** Whether the file system of a library forbids to execute what lies on it (noexec). */
    static boolean isNotExecutable(UnsatisfiedLinkError error) {
        String message = String.valueOf(error.getMessage());
        return message.contains("failed to map segment") || message.contains("Operation not permitted");
    }

    /** The files' paths in a folder. */
    static List<Path> filesIn(Path folder) {
        return FILES.stream().map(folder::resolve).toList();
    }
}
