package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UsageTest {
    private static final int TERMINAL_WIDTH = 80;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "train ",
                "evaluate ",
                "predict ",
                "serve ",
                "generate-completion ",
                "generate-man-page ",
                "data ",
                "bench ",
                "export ",
                "devices ",
                "help "
            })
    void helpFitsTheTerminal(String command) {
        Cli help = Cli.line(command + "--help").succeeded();
        assertTrue(help.out().contains("Usage: mnist-native " + command.strip()), help.out());
        help.lines().forEach(line -> assertTrue(line.length() <= TERMINAL_WIDTH, line));
        assertEquals("", help.err());
    }

    /** Our own commands show how they are used, and the examples are taken by the command itself. */
    @Test
    void helpHasExamplesThatAreUnderstood() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        CommandLine root = Main.commandLine(nowhere, nowhere);
        Set<String> picoclis = Set.of("help", "generate-completion");
        root.getSubcommands().forEach((name, command) -> {
            List<String> examples = Cli.run(name, "--help").succeeded().lines().stream()
                    .filter(line -> line.startsWith("  mnist-native"))
                    .toList();
            assertTrue(picoclis.contains(name) || !examples.isEmpty(), name);
            for (String example : picoclis.contains(name) ? List.<String>of() : examples) {
                String[] words = example.replaceFirst(" *mnist-native *", "")
                        .replaceFirst(" > .*", "")
                        .split(" ");
                String[] typed = words[0].isEmpty() ? new String[0] : words;
                String[] all = Main.withCommand(typed);
                assertEquals(name, all[0], example);
                root.parseArgs(all);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "train --version"})
    void versionIsThatOfTheLibrary(String words) {
        assertTrue(Cli.line(words).succeeded().out().matches("mnist-native \\d+\\.\\d+\\.\\d+\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--epoch 3 | did you mean --epochs",
                "train --batchsize 3 | did you mean --batch-size",
                "trian | did you mean train?",
                "evaluate | --model",
                "train extra | 'extra'",
                "--epochs many | 'many' is not an int",
                "--epochs 0 | epochs is 0",
                "--epochs 1 --epochs 2 | specified only once",
                "--batch-size 0 | batchSize is 0",
                "--threads 0 | --threads is 0",
                "--limit 0 --layers 784,10 | 0",
                "--preset best | 'best' is none of article, bp, fast, accurate, record",
                "--layers 784 | layers",
                "--layers 784,0,10 | layers",
                "--layers 700,10 | 784 features",
                "--optimizer other | 'other' is none of adam, adamw, sgd",
                "--lr -1 | lr is -1",
                "--lr NaN | lr is NaN",
                "--betas 0.9 | --betas needs two numbers",
                "--betas 0.9,1 | beta2",
                "--momentum 0.9 | --momentum has no meaning for the optimizer adam",
                "--optimizer sgd --amsgrad | --amsgrad has no meaning for the optimizer sgd",
                "--preset bp --eps 1e-3 | --eps has no meaning for the optimizer sgd",
                "--preset bp --nesterov | nesterov needs a momentum",
                "--lr-schedule steps:2,0.5 | is none of constant, step:EPOCHS,GAMMA and cosine[:MIN]",
                "--lr-schedule step:2 | is none of constant, step:EPOCHS,GAMMA and cosine[:MIN]",
                "--lr-schedule step:0,0.5 | at least 1",
                "--warmup-steps -1 | warmupSteps",
                "--label-smoothing 2 | label_smoothing",
                "--class-weights 1,2 | class_weights",
                "--validation 1.5 | 1.5",
                "--scale tiny | 'tiny' is none of unit, raw and a number",
                "--scale 0 | above 0",
                "--device tpu | tpu",
                "--drop-last --keep-last | exclude each other",
                "--quiet --progress always | exclude each other",
                "--log-steps 10 | --log-steps needs --metrics or --tensorboard",
                "--data mnist --images a.npy --labels b.npy | --data and --images exclude each other",
                "--labels b.npy | --labels needs --images",
                "--test-images b.npy | --test-images needs --images",
                "--images a.npy --labels b.npy --test-labels c.npy | --test-labels needs --test-images",
                "--label-column y | --label-column is for CSV files",
                "--data no/such/folder | no/such/folder: there is no such folder",
                "--save no/such/folder/f.safetensors | --save no/such/folder/f.safetensors: the folder",
                "--metrics no/such/folder/m.jsonl | does not exist",
                "--report no/such/folder/r.html | --report no/such/folder/r.html: the folder",
                "--checkpoint-every 1 | --checkpoint-every needs --checkpoint-dir",
                "--resume | --resume needs --checkpoint-dir",
                "--checkpoint-dir target --checkpoint-every 0 | --checkpoint-every is 0, but must be at least 1",
                "--checkpoint-dir pom.xml/d | pom.xml is a file; name a folder",
                "--log-steps 10 --metrics m.csv | a CSV table holds epochs only",
                "data --show -1 | --show is -1",
                "serve | --model",
                "serve --model m.safetensors --port 70000 | port is 70000",
                "predict --model m.safetensors --show --json a.png | --show and --json exclude each other",
                "bench --seconds 0 | seconds is 0",
                "data --one-hot -1 | --one-hot is -1"
            })
    void wrongUsageIsOneLineWithAHintAndCode2(String words, String part) {
        Cli cli = Cli.line(words).failed(ExitCode.USAGE, part);
        assertEquals("", cli.out());
        assertTrue(cli.err().matches("(?s).* \\(see 'mnist-native( \\w+)? --help'\\)\n"), cli.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--images a.npy --labels no/such.npy | no/such.npy: there is no such file",
                "--init no/such.safetensors | no/such.safetensors: there is no such file",
                "evaluate --model no/such.safetensors | no/such.safetensors: there is no such file",
                "serve --model no/such.safetensors | no/such.safetensors: there is no such file"
            })
    void aMissingFileIsOneLineAndCode2(String words, String part) {
        assertEquals("", Cli.line(words).failed(ExitCode.USAGE, part).out());
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "train, true",
        "train --help, true",
        "--epochs 3, true",
        "--no-such-option, true",
        "evaluate, false",
        "help, false",
        "trian, false"
    })
    void whatMeansTrain(String words, boolean trains) {
        assertEquals(trains, Main.trains(words.isEmpty() ? new String[0] : words.split(" ")));
    }

    @Test
    void theRootsOwnOptionsAreNotThoseOfTrain() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        var options =
                Main.commandLine(nowhere, nowhere).getCommandSpec().optionsMap().keySet();
        assertEquals(MnistNativeCommand.OPTIONS, options);
        for (String option : options) {
            assertFalse(Main.trains(new String[] {option}), option);
        }
    }

    @Test
    void aBadFileIsNamed() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.safetensors"), "nonsense");
        Cli.run("evaluate", "--model", bad.toString()).failed(ExitCode.USAGE, bad.toString());
        Cli.run("--images", bad.toString(), "--labels", bad.toString()).failed(ExitCode.USAGE, bad.toString());
    }

    @Test
    void whatThisMachineHasNotIsNoWrongUsage() {
        Cli.line("--device cpu --limit 1 --batch-size 1 --isa mmx").failed(ExitCode.FAILED, "mmx");
    }

    @Test
    void aFolderIsNoOutputFile() {
        Cli.run("--save", folder.toString()).failed(ExitCode.USAGE, "--save " + folder, "this is a folder");
    }

    @Test
    void verboseShowsTheStackTrace() {
        Cli cli = Cli.line("evaluate --model no/such.safetensors --verbose");
        assertEquals(ExitCode.USAGE, cli.exitCode());
        assertTrue(cli.err().contains("\tat "), cli.err());
    }
}
