package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mnistnative.MnistRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

class ManPageTest {
    private static final Path GROFF = Path.of("/usr/bin/groff");
    private static final Set<String> REQUESTS = Set.of(".TH", ".nh", ".ad", ".SH", ".SS", ".TP", ".PP", ".nf", ".fi");

    @TempDir
    Path folder;

    @Command(
            name = "pro-gram",
            description = "Does @|bold odd|@ things.",
            exitCodeList = " 0:fine",
            subcommands = Odd.class)
    private static final class Program {}

    @Command(
            name = "odd",
            description = {".starts with a dot", "has a \\ in it", "two%nlines"},
            footer = "  pro-gram odd --no-thing")
    private static final class Odd {
        @Option(names = "--thing", negatable = true, description = "'quoted'")
        private boolean thing;

        @Option(
                names = {"-n", "--number"},
                paramLabel = "N-M",
                description = "A number.")
        private int number;
    }

    @Test
    void whatRoffWouldMistakeIsEscaped() {
        assertEquals(
                """
                .TH PRO-GRAM 1 "" "pro-gram 1.2" "User Commands"
                .nh
                .ad l
                .SH NAME
                pro\\-gram \\- Does odd things.
                .SH SYNOPSIS
                \\fBpro\\-gram\\fR [\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]
                .SH DESCRIPTION
                Does odd things.
                .SH COMMANDS
                .SS odd
                \\&.starts with a dot
                has a \\e in it
                two lines
                .TP
                \\fB\\-\\-[no\\-]thing\\fR
                \\(aqquoted\\(aq
                .TP
                \\fB\\-n\\fR, \\fB\\-\\-number\\fR=\\fIN\\-M\\fR
                A number.
                .PP
                Examples:
                .PP
                .nf
                  pro\\-gram odd \\-\\-no\\-thing
                .fi
                .SH EXIT STATUS
                .TP
                \\fB0\\fR
                fine
                """,
                ManPage.of(new CommandLine(new Program()).getCommandSpec(), "1.2").stream()
                        .map(line -> line + "\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void everyCommandAndOptionIsThere() {
        List<String> lines = Cli.line("generate-man-page").succeeded().lines();
        String page = String.join("\n", lines);
        assertTrue(lines.get(0).contains("\"mnist-native " + MnistRuntime.version() + "\""), lines.get(0));
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        CommandSpec root = Main.commandLine(nowhere, nowhere).getCommandSpec();
        root.subcommands().forEach((name, command) -> {
            assertTrue(lines.contains(".SS " + name.replace("-", "\\-")), name);
            command.getCommandSpec().options().stream()
                    .filter(option -> !option.usageHelp() && !option.versionHelp() && !option.negatable())
                    .forEach(option -> assertTrue(
                            page.contains("\\fB" + option.longestName().replace("-", "\\-") + "\\fR"),
                            option.longestName()));
        });
        lines.stream()
                .filter(line -> line.startsWith(".") || line.startsWith("'"))
                .forEach(line -> assertTrue(REQUESTS.contains(line.split(" ")[0]), line));
    }

    @Test
    void groffHasNothingToObjectTo() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(GROFF), "groff is not installed");
        Path page = Files.writeString(
                folder.resolve("m.1"), Cli.line("generate-man-page").succeeded().out());
        Cli.run("generate-man-page", folder.resolve("m.2").toString()).succeeded();
        assertEquals(-1, Files.mismatch(folder.resolve("m.1"), folder.resolve("m.2")));
        Process groff = new ProcessBuilder(GROFF.toString(), "-man", "-ww", "-Tutf8", page.toString())
                .redirectOutput(folder.resolve("out.txt").toFile())
                .start();
        assertEquals("", new String(groff.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, groff.waitFor());
        assertTrue(Files.readString(folder.resolve("out.txt")).contains("MNIST-NATIVE(1)"));
    }
}
