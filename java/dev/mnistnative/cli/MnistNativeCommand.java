package dev.mnistnative.cli;

import java.util.List;
import java.util.Set;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root: help, version and the list of commands. */
@Command(
        name = "mnist-native",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Trains and runs multi-layer perceptron classifiers, natively on the JVM.",
            "Without a command: train. 'mnist-native COMMAND --help' shows a command's options.",
            "mnist-native stands for 'java -jar mnist-native.jar' here."
        },
        synopsisSubcommandLabel = "[COMMAND]",
        optionListHeading = "%nOptions:%n",
        commandListHeading = "%nCommands:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the job failed: I/O, native error, diverged",
            "2:wrong usage or bad input file",
            "130:interrupted",
            "141:the reader of standard output has gone"
        })
final class MnistNativeCommand implements Runnable {
    /** Its own options: any other begins those of {@code train}. */
    static final Set<String> OPTIONS = Set.of("-h", "--help", "-V", "--version");

    private static final Set<String> ABOUT_ALL = Set.of("generate-completion", "generate-man-page", "help");

    /** The commands, in the order of the help. */
    static final List<String> COMMANDS = List.of(
            TrainCommand.NAME,
            "evaluate",
            "importance",
            "predict",
            "serve",
            "export",
            "data",
            "devices",
            "bench",
            "generate-completion",
            "generate-man-page",
            "help");

    @Spec
    private CommandSpec spec;

    /**
     * What has the options of one of {@link #COMMANDS}; null for any other name. Made only when it is asked for:
     * reading all options of all commands takes as long as the rest of a start.
     */
    private static Object command(String name) {
        return switch (name) {
            case TrainCommand.NAME -> new TrainCommand();
            case "evaluate" -> new EvaluateCommand();
            case "importance" -> new ImportanceCommand();
            case "predict" -> new PredictCommand();
            case "serve" -> new ServeCommand();
            case "export" -> new ExportCommand();
            case "data" -> new DataCommand();
            case "devices" -> new DevicesCommand();
            case "bench" -> new BenchCommand();
            case "generate-completion" -> new AutoComplete.GenerateCompletion();
            case "generate-man-page" -> new ManPageCommand();
            case "help" -> new HelpCommand();
            default -> null;
        };
    }

    /** Whether a command, named by the first argument, neither tells of the others nor runs one of them. */
    private static boolean standsAlone(String name) {
        return COMMANDS.contains(name) && !ABOUT_ALL.contains(name);
    }

    /** The root with the command that these arguments begin with; with all commands where others may matter. */
    static CommandLine with(String... args) {
        CommandLine root = new CommandLine(new MnistNativeCommand());
        for (String name : args.length > 0 && standsAlone(args[0]) ? List.of(args[0]) : COMMANDS) {
            root.addSubcommand(name, command(name));
        }
        return root;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
