package dev.mnistnative.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** The command line's entry. No command means {@code train}. */
public final class Main {
    private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private static final String OUT_OF_MEMORY =
            "mnist-native: Java's memory is not enough: raise it, as in java -Xmx4g -jar mnist-native.jar";

    private Main() {}

    public static void main(String[] args) {
        try {
            System.exit(run(args));
        } catch (OutOfMemoryError e) { // there is none left to say so with care
            System.err.println(OUT_OF_MEMORY);
            Runtime.getRuntime().halt(ExitCode.FAILED);
        }
    }

    static int run(String... args) {
        if (System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "warn");
        }
        if (trains(args)) {
            HeadStart.begin(args);
        }
        // the descriptor itself: System.out would keep its failures to itself
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        // no lambda: the first of a process takes 10 to 30 ms, and --version needs none
        StandardOutput results =
                new StandardOutput(new OutputStreamWriter(out, Terminal.encoding("stdout")), new BooleanSupplier() {
                    @Override
                    public boolean getAsBoolean() {
                        return Terminal.standardOutputIsPipe();
                    }
                });
        PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, Terminal.encoding("stderr")), true);
        return run(results, err, args);
    }

    /** Runs a command and returns its {@link ExitCode}. */
    static int run(StandardOutput out, PrintWriter err, String... args) {
        try {
            if (asksVersion(args) && printVersion(out)) {
                return ExitCode.DONE;
            }
        } catch (StandardOutput.ReaderGoneException e) {
            return ExitCode.READER_GONE;
        }
        Failures failures = new Failures();
        CommandLine root = commandLine(out, new PrintWriter(new PlainText(err, true), true), withCommand(args));
        try {
            Optional<String> unreadable = Charsets.refusal(List.of(args));
            if (unreadable.isPresent()) {
                Failures.print(root, unreadable.get());
                return ExitCode.USAGE;
            }
            return printed(root, out, root.execute(withCommand(args)));
        } catch (StandardOutput.ReaderGoneException e) {
            return ExitCode.READER_GONE;
        } catch (Error e) { // outside of a command: help, or its parsing
            return failures.handleError(e, root);
        } finally {
            err.flush();
        }
    }

    private static boolean asksVersion(String... args) {
        return args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"));
    }

    /** Scripts ask for it often: no options are read for that. Whether it arrived; if not, picocli's way tells. */
    private static boolean printVersion(StandardOutput out) {
        out.println(Version.line());
        return out.failure().isEmpty();
    }

    /** The code of a command that has ended, if what it said has arrived. */
    private static int printed(CommandLine root, StandardOutput out, int exitCode) {
        Optional<IOException> lost = out.failure();
        if (out.isReaderGone()) {
            return ExitCode.READER_GONE;
        }
        if (lost.isPresent() && exitCode == ExitCode.DONE) {
            Failures.print(root, StandardOutput.sentence(lost.get()));
            return ExitCode.FAILED;
        }
        return exitCode;
    }

    /** The commands that these arguments need (none: all), their options and what becomes of errors. */
    static CommandLine commandLine(PrintWriter out, PrintWriter err, String... args) {
        Failures failures = new Failures();
        CommandLine root = MnistNativeCommand.with(args)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setExecutionStrategy(parsed -> execute(parsed, failures))
                .setUnmatchedOptionsArePositionalParams(false);
        Converters.register(root);
        return root;
    }

    /** Prints help, or checks what is to be written and runs the command. */
    private static int execute(ParseResult parsed, Failures failures) {
        try {
            Integer helped = CommandLine.executeHelpRequest(parsed);
            if (helped != null) {
                return helped;
            }
        } catch (StandardOutput.ReaderGoneException e) { // here, before picocli prints its stack
            return ExitCode.READER_GONE;
        }
        List<CommandLine> commands = parsed.asCommandLineList();
        CommandLine command = commands.get(commands.size() - 1);
        if (command.getOut() instanceof StandardOutput out) {
            out.allowNoStyles();
        }
        try {
            OutputPaths.check(command.getCommandSpec());
            return new RunLast().execute(parsed);
        } catch (Error e) {
            return failures.handleError(e, command);
        }
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
