package dev.mnistnative.cli;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import picocli.CommandLine;

/** The command line's entry. No command means {@code train}. */
public final class Main {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "warn");
        }
        if (trains(args)) {
            HeadStart.begin(args);
        }
        System.exit(run(writer(System.out, "stdout"), writer(System.err, "stderr"), args));
    }

    private static PrintWriter writer(PrintStream stream, String name) {
        return new PrintWriter(new OutputStreamWriter(stream, Terminal.encoding(name)), true);
    }

    /** Runs a command and returns its {@link ExitCode}. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine root = commandLine(out, err);
        try {
            return root.execute(withCommand(args));
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** The commands, their options and what becomes of errors. */
    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        Failures failures = new Failures();
        CommandLine root = new CommandLine(new MnistNativeCommand())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setUnmatchedOptionsArePositionalParams(false);
        Converters.register(root);
        return root;
    }

    /** Whether the arguments, as they were typed, mean {@code train}: by name, or by naming no command at all. */
    static boolean trains(String[] args) {
        return args.length == 0
                || args[0].equals(TrainCommand.NAME)
                || args[0].startsWith("-") && !MnistNativeCommand.OPTIONS.contains(args[0]);
    }

    /** Puts {@code train} in front where it is meant but not named. */
    static String[] withCommand(String[] args) {
        if (!trains(args) || args.length > 0 && args[0].equals(TrainCommand.NAME)) {
            return args;
        }
        String[] all = new String[args.length + 1];
        all[0] = TrainCommand.NAME;
        System.arraycopy(args, 0, all, 1, args.length);
        return all;
    }
}
