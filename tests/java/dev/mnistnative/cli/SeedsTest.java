package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.metrics.MeanDeviation;
import dev.mnistnative.model.Ensemble;
import dev.mnistnative.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code train --seeds}. */
@Timeout(240)
class SeedsTest {
    private static final String RUN =
            "--layers 784,16,10 --limit 960 --device cpu --threads 2 --shuffle --lr 1e-3 --progress never ";

    @TempDir
    private Path folder;

    private Cli train(String words) {
        return Cli.line(RUN + words.replace("{}", folder.toString()));
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    private static String figure(String line, String name) {
        Matcher found = Pattern.compile("(^| )" + name + ": (\\S+)").matcher(line);
        assertTrue(found.find(), name + " is not in " + line);
        return found.group(2);
    }

    /** The line of a seed. */
    private static String of(Cli cli, long seed) {
        return cli.lines().stream()
                .filter(line -> line.startsWith("seed: " + seed + " "))
                .reduce((one, two) -> one + " and again " + two)
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"0..3|0,1,2,3", "7|7", "3,0,-7|3,0,-7", "1..2,9,4..5|1,2,9,4,5", "-2..1|-2,-1,0,1", "5..5|5"})
    void lists(String text, String seeds) {
        assertArrayEquals(
                Arrays.stream(seeds.split(",")).mapToLong(Long::parseLong).toArray(),
                Seeds.parse(text).values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "3..0", "a", "1..", "..1", "1,1", "0..2,1", "0..10000", "1-3", "0...3", "0..1e3"})
    void noLists(String text) {
        Cli.run("train", "--seeds", text).failed(ExitCode.USAGE, "--seeds", "'" + text + "'");
    }

    @Test
    void eachSeedsFilesAreThoseOfItsRunAlone() throws IOException {
        String more = "--epochs 2 --dropout 0.1 --augment light ";
        Cli all = train(more + "--seeds 0..1,7 --save {}/m-{seed}.safetensors --metrics {}/{seed}.jsonl"
                        + " --report {}/r{seed}.html --tensorboard {}/t/{seed}")
                .succeeded();
        for (long seed : new long[] {0, 1, 7}) {
            Cli one = train(more + "--save {}/one.safetensors --metrics {}/one.jsonl --seed " + seed)
                    .succeeded();
            assertArrayEquals(bytes("one.safetensors"), bytes("m-" + seed + ".safetensors"));
            assertEquals(losses("one.jsonl"), losses(seed + ".jsonl"));
            assertTrue(Files.readString(folder.resolve("r" + seed + ".html")).contains("</html>"));
            assertTrue(Files.isDirectory(folder.resolve("t/" + seed)));
            String last = one.lines().get(1);
            for (String name : List.of("train_loss", "accuracy", "test_accuracy")) {
                assertEquals(figure(last, name), figure(of(all, seed), name));
            }
        }
        assertTrue(all.err().contains("3 seeds, 2 side by side, 1 thread each"), all.err());
        assertTrue(all.err().contains("3 of 3 seeds"), all.err());
        assertTrue(all.err().contains("m-{seed}.safetensors"), all.err());
    }

    private List<String> losses(String metrics) throws IOException {
        return Files.readAllLines(folder.resolve(metrics)).stream()
                .filter(line -> line.contains("\"event\":\"epoch\""))
                .map(line -> line.replaceAll("\"(\\w*seconds|images_per_second)\":[^,}]+", ""))
                .toList();
    }

    @Test
    void theMeanIsThatOfTheLines() {
        Cli all = train("--epochs 1 --seeds 0..3").succeeded();
        assertEquals(6, all.lines().size(), all.out());
        for (String name : List.of("test_accuracy", "test_loss")) {
            MeanDeviation expected = MeanDeviation.of(all.lines().stream()
                    .limit(4)
                    .mapToDouble(line -> Double.parseDouble(figure(line, name)))
                    .toArray());
            String mean = all.lines().stream()
                    .filter(line -> line.startsWith("seeds: 4 " + name + ": "))
                    .findFirst()
                    .orElseThrow();
            assertEquals(expected.mean(), Double.parseDouble(figure(mean, name)), 1e-5);
            assertEquals(expected.deviation(), Double.parseDouble(figure(mean, "sd")), 1e-5);
            assertEquals(expected.least(), Double.parseDouble(figure(mean, "min")));
            assertEquals(expected.greatest(), Double.parseDouble(figure(mean, "max")));
        }
    }

    /** A single one has no deviation; what is held out and noise are each seed's own. */
    @Test
    void whatIsHeldOutIsEachSeedsOwn() throws IOException {
        String held = "--epochs 2 --validation 0.25 --standardize --class-weights balanced --early-stopping 1 ";
        Cli all = train(held + "--seeds 3,4 --save {}/m{seed}.npz").succeeded();
        Cli one = train(held + "--seed 4 --save {}/one.npz").succeeded();
        assertArrayEquals(bytes("one.npz"), bytes("m4.npz"));
        String accuracy = figure(of(all, 4), "test_accuracy");
        assertTrue(
                one.err().contains(String.format("test         accuracy %.2f %%", 100 * Double.parseDouble(accuracy))),
                one.err());
        figure(of(all, 4), "validation_accuracy");
        assertEquals(6, all.lines().size(), all.out());

        String noise = "--epochs 1 --layers 784,4,784 --loss mse --targets input --noise 0.3 ";
        Cli values = train(noise + "--seeds 5 --save {}/n{seed}.npz").succeeded();
        train(noise + "--seed 5 --save {}/one.npz").succeeded();
        assertArrayEquals(bytes("one.npz"), bytes("n5.npz"));
        figure(of(values, 5), "test_mse");
        assertFalse(values.out().contains("sd:"), values.out());
    }

    @Test
    void theNetsOfAllSeedsAnswerTogether() throws IOException {
        train("--epochs 3 --seeds 0..2 --save {}/m{seed}.npz").succeeded();
        String[] files = {"m0.npz", "m1.npz", "m2.npz"};
        String others = folder.resolve(files[1]) + "," + folder.resolve(files[2]);
        String told = Cli.run(
                        "evaluate",
                        "--json",
                        "--model",
                        folder.resolve(files[0]).toString(),
                        "--ensemble",
                        others)
                .succeeded()
                .out();
        try (Model zero = Model.load(folder.resolve(files[0]));
                Model one = Model.load(folder.resolve(files[1]));
                Model two = Model.load(folder.resolve(files[2]));
                Dataset test = Mnist.test()) {
            double together =
                    Ensemble.of(List.of(zero, one, two)).evaluate(test).accuracy();
            Matcher accuracy = Pattern.compile("\"accuracy\":([0-9.]+)").matcher(told);
            assertTrue(accuracy.find(), told);
            assertEquals(together, Double.parseDouble(accuracy.group(1)), 1e-9);
            assertNotEquals(zero.evaluate(test).accuracy(), together);
        }
        train("--epochs 1 --layers 784,4,784 --loss mse --targets input --save {}/values.npz")
                .succeeded();
        Cli.run(
                        "evaluate",
                        "--model",
                        folder.resolve(files[0]).toString(),
                        "--device",
                        "cpu",
                        "--ensemble",
                        folder + "/values.npz")
                .failed(ExitCode.USAGE, "an ensemble is of models of classes");
    }

    @Test
    void allGoOnFromTheirCheckpoints() throws IOException {
        String kept = "--checkpoint-dir {}/c{seed} --save {}/m{seed}.safetensors ";
        train("--epochs 1 --seeds 0,1 " + kept).succeeded();
        Cli on = train("--epochs 2 --seeds 0..2 --resume " + kept).succeeded();
        train("--epochs 2 --seed 1 --save {}/one.safetensors").succeeded();
        assertArrayEquals(bytes("one.safetensors"), bytes("m1.safetensors"));
        Cli over = train("--epochs 2 --seeds 0..2 --resume " + kept).succeeded();
        for (long seed = 0; seed < 3; seed++) { // nothing is left to do, but what came of it is told
            assertEquals(figure(of(on, seed), "test_accuracy"), figure(of(over, seed), "test_accuracy"));
            assertEquals("0", figure(of(over, seed), "epochs"));
        }
    }

    @Test
    void aSeedThatFailsIsToldAndTheOthersGoOn() throws IOException {
        train("--epochs 1 --seed 1 --checkpoint-dir {}/c1").succeeded();
        Cli cli = train("--epochs 1 --seeds 0..2 --checkpoint-dir {}/c{seed} --save {}/m{seed}.npz");
        assertEquals(ExitCode.FAILED, cli.exitCode(), cli.err());
        assertTrue(cli.err().contains("seed 1: the checkpoint folder"), cli.err());
        assertTrue(cli.err().contains("1 of 3 seeds failed: 1"), cli.err());
        assertTrue(cli.err().contains("2 of 3 seeds"), cli.err());
        assertEquals(4, cli.lines().size(), cli.out());
        assertTrue(cli.out().contains("seeds: 2 test_accuracy: "), cli.out());
        assertTrue(Files.exists(folder.resolve("m0.npz")) && Files.exists(folder.resolve("m2.npz")));
        assertFalse(Files.exists(folder.resolve("m1.npz")));
    }

    @Test
    void whatIsWrongForAllIsToldOnce() {
        Cli.line("--quiet --device cpu --layers 784,4,10 --limit 320 --epochs 1 --isa none --seeds 0..4")
                .failed(ExitCode.FAILED, "none");
        Cli diverged = Cli.line("--quiet --device cpu --layers 784,4,10 --limit 6400 --epochs 9 --optimizer sgd --lr"
                + " 1e38 --seeds 0,1");
        assertEquals(ExitCode.FAILED, diverged.exitCode(), diverged.err());
        assertTrue(diverged.err().contains("the loss is not finite"), diverged.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--save {}/m.safetensors|--save {}/m-{seed}.safetensors",
                "--metrics {}/m.jsonl|--metrics {}/m-{seed}.jsonl",
                "--report {}/r|--report {}/r-{seed}",
                "--tensorboard {}/t|--tensorboard {}/t-{seed}",
                "--checkpoint-dir {}/c|--checkpoint-dir {}/c-{seed}",
                "--seed 1|--seed and --seeds exclude each other",
                "--save {}/none/{seed}.npz|folder {}/none does not exist",
                "--save {}/{seed}.npz --report {}/{seed}.npz|names the same file"
            })
    void eachNeedsFilesOfItsOwn(String words, String part) {
        Cli.line((RUN + "--quiet --epochs 1 --seeds 0,1 " + words).replace("{}", folder.toString()))
                .failed(ExitCode.USAGE, part.replace("{}", folder.toString()));
    }

    /** What seed 1 would write is what all start from. */
    @Test
    void noSeedsFileIsAnInput() throws IOException {
        train("--epochs 1 --save {}/m-1.npz").succeeded();
        train("--epochs 1 --seeds 0..2 --init {}/m-1.npz --save {}/m-{seed}.npz")
                .failed(ExitCode.USAGE, "m-1.npz");
        train("--epochs 1 --seeds 0,2 --init {}/m-1.npz --save {}/m-{seed}.npz").succeeded();
    }

    @Test
    void interruptedItTellsWhatIsDone() throws Exception {
        Path err = folder.resolve("err");
        Path metrics = folder.resolve("1.jsonl");
        train("--epochs 1 --seed 0 --checkpoint-dir {}/c0").succeeded();
        String words = RUN + "--epochs 1000000 --seeds 0..3 --checkpoint-dir " + folder + "/c{seed} --metrics " + folder
                + "/{seed}.jsonl --save " + folder + "/{seed}.npz";
        // seed 0 fails, since its folder is another run's: 1 and 2 are under way
        int exitCode = Program.interrupted("TERM", metrics, err, words.split(" "));
        String told = Files.readString(err);
        assertEquals(ExitCode.INTERRUPTED, exitCode, told);
        assertTrue(told.contains("stopping after the steps that are under way"), told);
        assertTrue(told.contains("interrupted in "), told);
        assertTrue(told.contains("0 of 4 seeds"), told);
        assertTrue(told.contains("1 of 4 seeds failed: 0"), told);
        assertTrue(told.contains("go on with --resume"), told);
        assertFalse(Files.exists(folder.resolve("1.npz")));
        assertFalse(Files.exists(folder.resolve("3.jsonl")), "it was begun");
    }
}
