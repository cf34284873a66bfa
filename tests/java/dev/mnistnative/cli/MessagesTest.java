package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Whoever is told to give an option can give it: messages name options of the very command that says them. */
@Timeout(120)
class MessagesTest {
    private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9-]+");
    private static final String OURS = "dev/mnistnative/";

    /** Values that are wrong for most options; where one is right, the run is a small one. */
    private static final List<String> WRONG = List.of("x", "-1", "{}/garbage");

    /** Others, of which each option gets one in its turn. */
    private static final List<String> WRONG_TOO = List.of("0", "", "nan", "1e999", "1,2,x", "{}", "no/such/file");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeFiles() throws IOException {
        Files.writeString(folder.resolve("t.csv"), "a,b,kind\n9,0,x\n0,9,y\n8,1,x\n1,8,y\n");
        Files.writeString(folder.resolve("s.csv"), "a,b\n9,0\n0,9\n");
        Files.write(folder.resolve("garbage"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        Files.createFile(folder.resolve("empty"));
        Cli.line(filled("train " + TRAIN + " --save {}/m.safetensors")).succeeded();
    }

    /** None that could be made in the folder of these tests. */
    private static final List<String> WRONG_PATHS =
            List.of("", "{}", "{}/garbage/x", "{}/no/such/file", "/proc/1/x", "{}/" + "n".repeat(256));

    private static String filled(String words) {
        return words.replace("{}", folder.toString());
    }

    private static Map<String, CommandLine> commands() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Map<String, CommandLine> commands =
                new LinkedHashMap<>(Main.commandLine(nowhere, nowhere).getSubcommands());
        commands.remove("help");
        commands.remove("generate-completion");
        return commands;
    }

    private static Set<String> unknownOptions(String text, CommandSpec command) {
        Set<String> unknown = new TreeSet<>();
        Matcher options = OPTION.matcher(text);
        while (options.find()) {
            if (!command.optionsMap().containsKey(options.group())
                    && !command.negatedOptionsMap().containsKey(options.group())) {
                unknown.add(options.group());
            }
        }
        return unknown;
    }

    /** Every text in every class that a command's code leads to. */
    @Test
    void everyTextOfACommandNamesItsOwnOptions() throws IOException, URISyntaxException {
        Path classes = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, CommandLine> command : commands().entrySet()) {
            Deque<String> open = new ArrayDeque<>(List.of(command.getValue()
                    .getCommandSpec()
                    .userObject()
                    .getClass()
                    .getName()
                    .replace('.', '/')));
            Set<String> seen = new HashSet<>(open);
            while (!open.isEmpty()) {
                String name = open.pop();
                Path file = classes.resolve(name + ".class");
                if (!name.startsWith(OURS) || !Files.exists(file)) {
                    continue;
                }
                ClassFile read = ClassFile.read(file);
                for (String text : read.texts()) {
                    // a name is no sentence, and what the library says of data is said where there are --data
                    boolean said = name.startsWith(OURS + "cli/")
                            || command.getValue().getCommandSpec().findOption("--data") != null;
                    if (said && !OPTION.matcher(text).matches()) {
                        unknownOptions(text, command.getValue().getCommandSpec())
                                .forEach(option -> wrong.add(command.getKey() + " has no " + option + ", but "
                                        + name.substring(OURS.length()) + " says: " + text));
                    }
                }
                read.classes().stream().filter(seen::add).forEach(open::push);
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    private static final String TRAIN =
            "--data {}/t.csv --label-column kind --layers 2,4,2 --batch-size 2 --epochs 1 --device cpu "
                    + "--threads 1 --quiet";

    /** What each command is run with, so that it is soon over; serve never comes to serving. */
    private static final Map<String, String> BASE = Map.of(
            "train", TRAIN,
            "evaluate", "--model {}/m.safetensors --data {}/t.csv --label-column kind",
            "importance", "--model {}/m.safetensors --data {}/t.csv --label-column kind --repeats 1",
            "predict", "--model {}/m.safetensors {}/s.csv",
            "export", "--model {}/m.safetensors --to npz {}/out.npz",
            "data", "--data {}/t.csv --label-column kind",
            "bench", "--layers 2,4,2 --batch-size 2 --seconds 0.01 --dense --threads 1",
            "serve", "--model {}/no.safetensors");

    static List<String> wrongUses() {
        List<String> lines = new ArrayList<>();
        commands().forEach((name, command) -> {
            String base = BASE.getOrDefault(name, "");
            lines.add(name + " " + base + " --no-such-option");
            if (!name.equals("predict")) { // it tells each
                lines.add(name + " " + base + " extra argument");
            }
            for (ArgSpec argument : command.getCommandSpec().args()) {
                if (argument instanceof OptionSpec option && option.arity().max() > 0) {
                    String rest = base.replaceAll("(?<!\\S)" + option.longestName() + " \\S+ ?", "");
                    lines.add(name + " " + rest + " " + option.longestName());
                    Stream<String> values =
                            Stream.concat(WRONG.stream(), Stream.of(WRONG_TOO.get(lines.size() % WRONG_TOO.size())));
                    (option.type() == Path.class ? WRONG_PATHS.stream() : values)
                            .forEach(value -> lines.add(name + " " + rest + " " + option.longestName() + "=" + value));
                }
            }
            for (String file : List.of("no/such/file", "{}", "{}/garbage", "{}/empty", "{}/t.csv", "/dev/null")) {
                boolean readsFiles = name.equals("predict") || file.endsWith("file");
                if (!command.getCommandSpec().positionalParameters().isEmpty() && readsFiles) {
                    lines.add(name + " " + base.replaceAll(" \\S+$", " " + file));
                }
            }
        });
        return lines;
    }

    @ParameterizedTest
    @MethodSource("commandNames")
    void everyRefusalIsOneSentenceThatNamesOwnOptions(String name) {
        CommandSpec command = commands().get(name).getCommandSpec();
        List<String> wrong = new ArrayList<>();
        for (String line : wrongUses()) {
            if (line.startsWith(name + " ")) {
                String[] args = Stream.of(filled(line).split(" "))
                        .filter(w -> !w.isEmpty())
                        .toArray(String[]::new);
                Cli cli = Cli.run(args);
                String problem = problem(cli, command);
                if (!problem.isEmpty()) {
                    wrong.add(line + "\n  " + problem + ":\n  "
                            + cli.err().lines().limit(4).collect(Collectors.joining("\n  ")));
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    static Set<String> commandNames() {
        return commands().keySet();
    }

    private static String problem(Cli cli, CommandSpec command) {
        if (cli.err().contains("\tat ")) {
            return "a stack trace";
        }
        if (cli.err().replace("/dev/null", "").contains("null") || cli.err().contains("Exception")) {
            return "words of Java";
        }
        List<String> refusals = cli.err()
                .lines()
                .filter(line -> line.startsWith("mnist-native"))
                .toList();
        if (cli.exitCode() == ExitCode.DONE) {
            return refusals.isEmpty() ? "" : "refused, but with exit code 0";
        }
        if (cli.exitCode() != ExitCode.USAGE && cli.exitCode() != ExitCode.FAILED) {
            return "exit code " + cli.exitCode();
        }
        if (refusals.size() != 1 || !cli.err().strip().endsWith(refusals.get(0).strip())) {
            return "not one sentence";
        }
        Set<String> unknown = unknownOptions(cli.err().replaceAll("(?m)^.*no-such-option.*$", ""), command);
        return unknown.isEmpty() ? "" : "the command has no " + unknown;
    }

    @Test
    void blanksInListsAreNoMatter() {
        List<String> args = new ArrayList<>(List.of(filled("train " + TRAIN).split(" ")));
        args.set(args.indexOf("2,4,2"), "2, 4 ,2");
        args.addAll(List.of("--class-weights", "1, 2", "--betas", "0.9, 0.99"));
        Cli.run(args.toArray(String[]::new)).succeeded();
    }
}
