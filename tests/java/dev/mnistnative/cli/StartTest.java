package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What a start leaves out is not missed. */
class StartTest {
    private static final PrintWriter NOWHERE = new PrintWriter(Writer.nullWriter());

    private static CommandLine commandLine(String... args) {
        return Main.commandLine(NOWHERE, NOWHERE, args);
    }

    @Test
    void aCommandByItselfIsWhatItIsAmongAll() {
        CommandLine all = commandLine();
        assertEquals(
                MnistNativeCommand.COMMANDS, List.copyOf(all.getSubcommands().keySet()));
        for (String name : MnistNativeCommand.COMMANDS) {
            CommandLine some = commandLine(name, "--help");
            boolean aboutAll =
                    Set.of("help", "generate-completion", "generate-man-page").contains(name);
            assertEquals(
                    aboutAll ? all.getSubcommands().keySet() : Set.of(name),
                    some.getSubcommands().keySet());
            CommandLine among = all.getSubcommands().get(name);
            CommandLine alone = some.getSubcommands().get(name);
            assertEquals(among.getUsageMessage(), alone.getUsageMessage());
            assertEquals(options(among.getCommandSpec()), options(alone.getCommandSpec()));
            assertEquals(
                    among.getCommandSpec().qualifiedName(),
                    alone.getCommandSpec().qualifiedName());
        }
    }

    /** Hidden ones and their types, too, which the help does not show. */
    private static Set<String> options(CommandSpec command) {
        Set<String> all = new TreeSet<>();
        command.options().forEach(option -> all.add(List.of(option.names()) + " " + option.typeInfo()));
        return all;
    }

    @Test
    void allCommandsAreThereWhereOthersMatter() {
        int all = MnistNativeCommand.COMMANDS.size();
        for (String first : List.of("--help", "-h", "--version", "trian", "Train", "", "--verbose")) {
            assertEquals(all, commandLine(first, "train").getSubcommands().size(), first);
        }
        Cli.line("trian").failed(ExitCode.USAGE, "did you mean train?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void theVersionIsWhatPicocliWouldPrint(String option) {
        StringWriter printed = new StringWriter();
        CommandLine root = commandLine();
        root.printVersionHelp(new PrintWriter(printed, true));
        Cli version = Cli.run(option).succeeded();
        assertEquals(printed.toString(), version.out());
        assertEquals("", version.err());
    }

    @Test
    void everyTypeOfAnOptionHasItsConverter() {
        for (CommandLine command : commandLine().getSubcommands().values()) {
            command.getCommandSpec().options().forEach(option -> {
                Class<?> type = option.typeInfo().getAuxiliaryTypes()[0];
                if (type.getName().startsWith("dev.mnistnative.")) {
                    Cli refused = Cli.run(command.getCommandName(), option.longestName() + "=no such value");
                    assertEquals(ExitCode.USAGE, refused.exitCode(), refused.err());
                    assertTrue(refused.err().contains("no such value"), refused.err());
                    assertTrue(!refused.err().contains("no converter"), refused.err());
                }
            });
        }
    }

    /** The head start is for the embedded data alone, and what it read is given once. */
    @Test
    void dataThatWereReadAheadAreGivenOnce() {
        HeadStart.begin(new String[] {"--data=elsewhere"});
        HeadStart.begin(new String[] {"train", "--images", "elsewhere"});
        assertNull(HeadStart.begun());
        HeadStart.begin(new String[] {"train", "--epochs", "1"});
        assertTrue(HeadStart.begun() != null);
        try (var training = HeadStart.trainingSet();
                var again = HeadStart.trainingSet();
                var test = HeadStart.testSet();
                var testAgain = HeadStart.testSet()) {
            assertNull(HeadStart.begun());
            assertEquals(60_000, training.size());
            assertEquals(10_000, test.size());
            assertTrue(training != again && test != testAgain); // closing one leaves the other
            assertEquals(training.label(59_999), again.label(59_999));
            assertEquals(test.label(9_999), testAgain.label(9_999));
        }
    }
}
