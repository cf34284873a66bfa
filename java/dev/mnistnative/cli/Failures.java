package dev.mnistnative.cli;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.MnistNativeException;
import dev.mnistnative.report.Printable;
import dev.mnistnative.report.terminal.Style;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever went wrong into one line on standard error and an {@link ExitCode}. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String hint = String.format(
                Locale.ROOT, " (see '%s --help')", command.getCommandSpec().qualifiedName());
        print(command, e.getMessage() + suggestion(e) + hint);
        if (List.of(args).contains(CommonOptions.VERBOSE)) {
            e.printStackTrace(command.getErr());
        }
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        if (e instanceof StandardOutput.ReaderGoneException) {
            return ExitCode.READER_GONE;
        }
        print(command, sentence(e));
        if (isVerbose(command)) {
            e.printStackTrace(command.getErr());
        }
        return exitCode(e);
    }

    /** What the JVM itself could not do: memory, threads, the stack, a class. */
    int handleError(Error e, CommandLine command) {
        print(command, JvmErrors.sentence(e, command.getCommandSpec()));
        if (isVerbose(command)) {
            e.printStackTrace(command.getErr());
        }
        return ExitCode.FAILED;
    }

    private static boolean isVerbose(CommandLine command) {
        ParseResult parsed = command.getParseResult();
        return parsed != null && parsed.hasMatchedOption(CommonOptions.VERBOSE);
    }

    static void print(CommandLine command, String sentence) {
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName() + ":";
        err.println((Terminal.hasColours() ? Style.RED.on(name) : name) + " "
                + Printable.text(sentence.replaceAll("\\s*\\R\\s*", " ")));
        err.flush();
    }

    private static String suggestion(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return "";
        }
        return unmatched.getSuggestions().stream()
                .findFirst()
                .map(name -> "; did you mean " + name.substring(name.lastIndexOf(' ') + 1) + "?")
                .orElse("");
    }

    private static int exitCode(Exception e) {
        IOException io = rootIo(e);
        boolean callersMistake = e instanceof IllegalArgumentException
                || io instanceof NoSuchFileException
                || io instanceof DataFormatException;
        return callersMistake ? ExitCode.USAGE : ExitCode.FAILED;
    }

    /** What went wrong and what to do. */
    static String sentence(Exception e) {
        if (e instanceof InvalidPathException path) {
            return path.getInput() + ": this name has characters that this locale's encoding does not know, or a NUL: "
                    + Charsets.REMEDY;
        }
        if (e instanceof IllegalArgumentException || e instanceof MnistNativeException) {
            return e.getMessage();
        }
        if (e instanceof UncheckedIOException unchecked && !(rootIo(e) instanceof FileSystemException)) {
            return unchecked.getMessage();
        }
        if (rootIo(e) instanceof DataFormatException refused) {
            return refused.getMessage();
        }
        if (rootIo(e) != null) {
            return ioSentence(rootIo(e));
        }
        return "internal error, please report it with the output of " + CommonOptions.VERBOSE + ": " + e;
    }

    private static IOException rootIo(Exception e) {
        if (e instanceof UncheckedIOException unchecked) {
            return unchecked.getCause();
        }
        return e instanceof IOException io ? io : null;
    }

    /** The messages of file system exceptions are bare paths. */
    static String ioSentence(IOException e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + ": there is no such file; check the path";
        }
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + ": access denied; check the permissions";
        }
        if (e instanceof FileSystemException file) {
            String reason = file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
            return file.getFile() + ": " + reason + "; check the path, the permissions and the free space";
        }
        return e.getMessage();
    }
}
