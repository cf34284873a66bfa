package dev.mnistnative.cli;

import dev.mnistnative.MnistRuntime;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the manual. */
@Command(
        name = "generate-man-page",
        description = "Print the manual of all commands as a man page.",
        footer = {"  mnist-native generate-man-page > mnist-native.1", "  man ./mnist-native.1"})
final class ManPageCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        ManPage.of(spec.root(), MnistRuntime.version()).forEach(out::println);
        return ExitCode.DONE;
    }
}
