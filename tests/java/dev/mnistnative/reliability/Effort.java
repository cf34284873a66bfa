package dev.mnistnative.reliability;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** How much the tests of this package do: a little in every build, in full under the Maven profile reliability. */
final class Effort {
    private static final boolean FULL = Boolean.getBoolean("mn.reliability");

    private Effort() {}

    static int of(int little, int full) {
        return FULL ? full : little;
    }

    /** Prints a figure for docs/reliability.md. */
    static void report(String figure) {
        System.out.println("[reliability] " + figure);
    }

    /** Skips the rest of a test, and says why. */
    static void skipIf(boolean missing, String what) {
        if (missing) {
            System.out.println("SKIPPED " + what);
            Assumptions.abort(what);
        }
    }

    /** A JVM of its own that runs a class of the tests. */
    static ProcessBuilder java(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /** Mounts a file system in memory; null if that worked, else why not. */
    static String mountTmpfs(Path where, String options) throws IOException, InterruptedException {
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "none", where.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(new File("/dev/null")))
                .start();
        return mount.waitFor() == 0 ? null : "mounting needs more rights than these tests have";
    }

    static void unmount(Path where) throws IOException, InterruptedException {
        new ProcessBuilder("umount", "-l", where.toString()).start().waitFor();
    }
}
