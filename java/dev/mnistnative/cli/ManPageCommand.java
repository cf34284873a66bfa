package dev.mnistnative.cli;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.internal.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the manual. */
@Command(
        name = "generate-man-page",
        description = "Print the manual of all commands as a man page.",
        footer = {"  mnist-native generate-man-page mnist-native.1", "  man ./mnist-native.1"})
final class ManPageCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions common;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "Where to write it (default: to standard output).")
    private Path file;

    @Override
    public Integer call() throws IOException {
        List<String> lines = ManPage.of(spec.root(), MnistRuntime.version());
        if (file != null) {
            ByteBuffer page = StandardCharsets.UTF_8.encode(String.join("\n", lines) + "\n");
            WholeFile.write(file, out -> WholeFile.writeAll(out, page));
        } else {
            lines.forEach(spec.commandLine().getOut()::println);
        }
        return ExitCode.DONE;
    }
}
