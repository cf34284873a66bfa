package dev.mnistnative.cli;

import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;

/** What {@link Error}s mean to who runs the program, and what to do. */
final class JvmErrors {
    private static final long MEGABYTE = 1 << 20;

    private JvmErrors() {}

    /** One sentence; it names options that the command has. */
    static String sentence(Error e, CommandSpec command) {
        String message = String.valueOf(e.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (e instanceof OutOfMemoryError && lower.contains("thread")) {
            return "the system allows this process no more threads: raise the limit (ulimit -u, a container's limit of "
                    + "processes)" + (has(command, "--threads") ? ", or give --threads 1" : "");
        }
        if (e instanceof OutOfMemoryError) {
            return "Java's memory is not enough (" + message + "; the limit is "
                    + Runtime.getRuntime().maxMemory() / MEGABYTE + " MB): raise it, as in java -Xmx4g -jar "
                    + "mnist-native.jar, or give "
                    + (has(command, "--limit") ? "a smaller net or fewer samples (--limit)" : "less");
        }
        if (e instanceof StackOverflowError) {
            return "Java's stack is not enough for what a file holds: check the file, or raise the limit, as in java "
                    + "-Xss16m -jar mnist-native.jar";
        }
        if (lower.contains("unsafe memory access")) {
            return "a file was cut short, or its disk failed, while it was read: give one that nobody writes to";
        }
        if (e instanceof LinkageError) {
            return "the program's files do not belong together or are damaged (" + e + "): build or download it again";
        }
        return "internal error, please report it with the output of " + CommonOptions.VERBOSE + ": " + e;
    }

    private static boolean has(CommandSpec command, String option) {
        return command.findOption(option) != null;
    }
}
