package dev.mnistnative.cli;

import java.util.Set;
import picocli.AutoComplete;
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
        },
        subcommands = {
            TrainCommand.class,
            EvaluateCommand.class,
            ImportanceCommand.class,
            PredictCommand.class,
            ServeCommand.class,
            ExportCommand.class,
            DataCommand.class,
            DevicesCommand.class,
            BenchCommand.class,
            AutoComplete.GenerateCompletion.class,
            ManPageCommand.class,
            HelpCommand.class
        })
final class MnistNativeCommand implements Runnable {
    /** Its own options: any other begins those of {@code train}. */
    static final Set<String> OPTIONS = Set.of("-h", "--help", "-V", "--version");

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
