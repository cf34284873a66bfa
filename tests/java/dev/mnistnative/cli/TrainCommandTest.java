package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.report.files.TfEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small runs, end to end: 640 samples, a small net, an epoch. */
class TrainCommandTest {
    private static final Map<String, String> SMALL =
            Map.of("--layers", "784,16,10", "--limit", "640", "--epochs", "1", "--lr", "1e-3", "--device", "cpu");

    @TempDir
    Path folder;

    private String metrics;
    private String weights;

    @BeforeEach
    void namePaths() {
        metrics = folder.resolve("m.jsonl").toString();
        weights = folder.resolve("w.safetensors").toString();
    }

    /** The words given, and the options of the small run that they leave open. */
    private static Cli train(String words) {
        List<String> arguments = new ArrayList<>(words.isEmpty() ? List.of() : List.of(words.split(" ")));
        SMALL.forEach((option, value) -> {
            if (!arguments.contains(option)) {
                arguments.addAll(List.of(option, value));
            }
        });
        return Cli.run(arguments.toArray(String[]::new));
    }

    private List<JsonNode> events(String event) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(metrics))) {
            JsonNode node = new ObjectMapper().readTree(line);
            if (node.get("event").asText().equals(event)) {
                found.add(node);
            }
        }
        return found;
    }

    private double firstLoss(String words) throws IOException {
        train("--quiet --log-steps 1 --metrics " + metrics + words).succeeded();
        return events("step").get(0).get("loss").asDouble();
    }

    @Test
    void anEpochIsALineAndTheNoteSaysWhatComputes() {
        Cli cli = train("").succeeded();
        assertEquals(1, cli.lines().size());
        assertTrue(
                cli.out()
                        .matches("train_loss: \\d\\.\\d{1,2} accuracy: \\d\\.\\d{1,2} test_accuracy: 0\\.\\d{1,4}"
                                + " seconds: \\d+\\.\\d+ images/s: \\d+\n"),
                cli.out());
        assertTrue(cli.err().startsWith("training 784-16-10 on 640 samples: "), cli.err());
    }

    @Test
    void noCommandIsTrain() {
        String words = "--layers 784,4,10 --limit 320 --epochs 1";
        String withCommand = Cli.line("train " + words).succeeded().out();
        String without = Cli.line(words).succeeded().out();
        assertTrue(without.startsWith("train_loss: "), without);
        assertEquals(withCommand.split(" seconds")[0], without.split(" seconds")[0]);
    }

    @Test
    void autoSaysWhyNotTheGpu() {
        Cli cli = train("--device auto").succeeded();
        String reason = MnistRuntime.gpus().reason();
        String first = cli.err().lines().findFirst().orElseThrow();
        assertTrue(first.contains(reason.isEmpty() ? "a GPU works" : reason), cli.err());
    }

    @Test
    void aGpuThatIsNotThereIsAnError() {
        train("--device cuda:99").failed(ExitCode.FAILED);
    }

    @Test
    void quietLeavesTheResultsAlone() {
        Cli cli = train("--quiet").succeeded();
        assertEquals("", cli.err());
        assertEquals(1, cli.lines().size());
    }

    @Test
    void theSummaryTellsWhatWasReachedAndWhereItIs() {
        Path checkpoints = folder.resolve("c");
        Path events = folder.resolve("t");
        String err = train("--save %s --metrics %s --checkpoint-dir %s --tensorboard %s --threads 1"
                        .formatted(weights, metrics, checkpoints, events))
                .succeeded()
                .err();
        assertTrue(err.matches("(?s).*\ndone in [\\d.]+ s: 1 epoch, [\\d.]+ s of training\n.*"), err);
        assertTrue(err.matches("(?s).*\n  test         accuracy [\\d.]+ %, loss [\\d.]+\n.*"), err);
        assertTrue(
                err.contains("\n  computed on  cpu: " + MnistRuntime.cpu().bestIsa() + ", 1 thread, float32\n"), err);
        assertTrue(err.contains("\n  weights      " + weights + "\n"), err);
        assertTrue(err.contains("\n  metrics      " + metrics + "\n"), err);
        assertTrue(err.contains("\n  checkpoints  " + checkpoints + "\n"), err);
        assertTrue(err.contains("\n  TensorBoard  " + events + "\n"), err);
        assertFalse(err.contains("report"), err);
    }

    @Test
    void aBarWhereItIsForced() {
        Cli cli = train("--progress always").succeeded();
        assertTrue(cli.err().contains("\r\033[Kepoch 1/1 "), cli.err());
        assertFalse(train("--progress never").succeeded().err().contains("\033"));
    }

    @Test
    void bpPrintsItsOwnLines() {
        Cli cli = train("--preset bp --batch-size 6").succeeded();
        assertEquals(2, cli.lines().size(), cli.out());
        assertTrue(cli.lines().get(0).matches("Epoch \\[1/1\\], Step \\[100/107\\], Loss: \\d\\.\\d{4}"), cli.out());
        assertTrue(
                cli.lines().get(1).matches("Accuracy of the network on the 10000 test images: \\d{1,2} %"), cli.out());
    }

    @Test
    void metricsMayBeATable() throws IOException {
        Path table = folder.resolve("m.csv");
        train("--epochs 2 --metrics " + table).succeeded();
        List<String> lines = Files.readAllLines(table);
        assertEquals(3, lines.size());
        assertTrue(lines.get(2).startsWith("2,"), lines.get(2));
    }

    @Test
    void theReportIsWrittenWhereItIsWanted() throws IOException {
        Path report = folder.resolve("r.html");
        Cli cli = train("--report " + report).succeeded();
        assertTrue(cli.err().contains("  report       " + report + "\n"), cli.err());
        assertTrue(Files.readString(report).endsWith("</html>\n"));
    }

    @Test
    void metricsHaveEveryEvent() throws IOException {
        train("--metrics " + metrics + " --log-steps 2 --threads 1").succeeded();
        JsonNode start = events("start").get(0);
        assertEquals("[784,16,10]", start.get("layers").toString());
        assertEquals("cpu", start.get("device").asText());
        assertEquals(MnistRuntime.cpu().bestIsa(), start.get("isa").asText());
        assertEquals(1, start.get("threads").asInt());
        assertEquals(MnistRuntime.version(), start.get("version").asText());
        assertEquals(784 * 16 + 16 + 16 * 10 + 10, start.get("parameters").asInt());
        assertEquals(1, events("step").size());
        assertEquals(2, events("step").get(0).get("step").asInt());
        JsonNode epoch = events("epoch").get(0);
        assertEquals(2, epoch.get("steps").asInt());
        assertTrue(epoch.get("train_loss").asDouble() > 0);
        assertTrue(epoch.get("test_loss").asDouble() > 0);
        assertTrue(epoch.get("test_accuracy").asDouble() > 0);
        assertTrue(epoch.get("seconds").asDouble() > 0);
        assertTrue(epoch.get("images_per_second").asDouble() > 0);
        assertEquals("completed", events("end").get(0).get("reason").asText());
    }

    @Test
    void batchesAndEpochs() throws IOException {
        train("--metrics " + metrics + " --batch-size 300 --epochs 2").succeeded();
        assertEquals(2, events("epoch").size());
        assertEquals(2, events("epoch").get(0).get("steps").asInt());
        train("--metrics " + metrics + " --batch-size 300 --keep-last").succeeded();
        assertEquals(3, events("epoch").get(0).get("steps").asInt());
    }

    @Test
    void optionsThatChangeTheFirstLoss() throws IOException {
        double plain = firstLoss("");
        assertEquals(plain, firstLoss(" --seed 0"));
        assertEquals(plain, firstLoss(" --scale unit"));
        assertEquals(plain, firstLoss(" --threads 2"));
        assertNotEquals(plain, firstLoss(" --seed 1"));
        assertNotEquals(plain, firstLoss(" --scale raw"));
        assertNotEquals(plain, firstLoss(" --shuffle"));
        assertNotEquals(plain, firstLoss(" --standardize"));
        assertNotEquals(plain, firstLoss(" --validation 0.1 --batch-size 320"));
        assertNotEquals(plain, firstLoss(" --ignore-index 5"));
        for (String words : List.of(" --label-smoothing 0.3", " --class-weights 1,2,1,1,1,1,1,1,1,1")) {
            assertEquals(plain, firstLoss(words), 1e-6); // the loss stays what it is
            assertNotEquals(plain, events("step").get(0).get("objective").asDouble(), words);
        }
    }

    @Test
    void saveInitAndEvaluateAgree() throws IOException {
        train("--save " + weights + " --metrics " + metrics).succeeded();
        JsonNode trained = events("epoch").get(0);
        JsonNode evaluated = new ObjectMapper()
                .readTree(Cli.run("evaluate", "--model", weights, "--json", "--device", "cpu")
                        .succeeded()
                        .out());
        assertEquals(
                trained.get("test_accuracy").asDouble(),
                evaluated.get("accuracy").asDouble());
        assertEquals(trained.get("test_loss").asDouble(), evaluated.get("loss").asDouble(), 1e-5);

        Cli.line("--limit 640 --epochs 1 --lr 0 --device cpu --init " + weights + " --save " + weights + ".again")
                .succeeded();
        Parameters first = SavedModel.readParameters(Path.of(weights));
        assertEquals(Mlp.of(784, 16, 10), first.net());
        assertArrayEquals(
                first.values(),
                SavedModel.readParameters(Path.of(weights + ".again")).values());
        Cli.line("--layers 784,10 --init " + weights).failed(ExitCode.USAGE, "--init " + weights, "784-16-10");
    }

    @Test
    void aSavedModelRemembersScaleAndStandardisation() throws IOException {
        train("--scale 0.01 --standardize --save " + weights + " --metrics " + metrics)
                .succeeded();
        JsonNode evaluated = new ObjectMapper()
                .readTree(Cli.run("evaluate", "--model", weights, "--json", "--device", "cpu")
                        .out());
        assertEquals(
                events("epoch").get(0).get("test_accuracy").asDouble(),
                evaluated.get("accuracy").asDouble());
    }

    @Test
    void validationIsHeldOutOfTheTrainingSet() throws IOException {
        Cli cli =
                train("--validation 0.25 --batch-size 32 --metrics " + metrics).succeeded();
        assertTrue(cli.out().contains(" validation_accuracy: "), cli.out());
        assertTrue(
                cli.err().matches("(?s).*  validation   accuracy [\\d.]+ %, .*  test         accuracy [\\d.]+ %, .*"),
                cli.err());
        JsonNode start = events("start").get(0);
        assertEquals(480, start.get("samples").asInt());
        assertEquals(160, start.get("test_samples").asInt());
        assertEquals("validation", start.get("evaluated_on").asText());
        assertEquals(15, events("epoch").get(0).get("steps").asInt());
    }

    @Test
    void earlyStoppingEndsWithoutProgress() throws IOException {
        train("--epochs 9 --lr 0 --early-stopping 2 --metrics " + metrics).succeeded();
        assertEquals(3, events("epoch").size());
        assertEquals("early_stopping", events("end").get(0).get("reason").asText());
    }

    @Test
    void schedulesReachTensorBoard() throws IOException {
        train("--epochs 2 --lr-schedule step:1,0.5 --warmup-steps 1 --log-steps 1 --tensorboard " + folder)
                .succeeded();
        List<Float> rates = TfEvents.read(TfEvents.onlyFileIn(folder)).stream()
                .filter(e -> "step/lr".equals(e.tag()))
                .map(TfEvents.Event::value)
                .toList();
        assertEquals(List.of((float) (1e-3 / 3), 1e-3f, 5e-4f, 5e-4f), rates);
    }

    @Test
    void divergenceIsOneSentenceAndCode1() throws IOException {
        Cli cli = train(
                "--optimizer sgd --lr 1e30 --epochs 3 --batch-size 32 --metrics " + metrics + " --save " + weights);
        assertEquals(ExitCode.FAILED, cli.exitCode(), cli.err());
        String last = cli.err().lines().reduce((a, b) -> b).orElseThrow();
        assertTrue(last.startsWith("mnist-native train: epoch 1, step "), cli.err());
        assertEquals("", cli.out());
        assertTrue(cli.err().contains("diverged in "), cli.err());
        assertEquals("diverged", events("end").get(0).get("reason").asText());
        assertFalse(Files.exists(Path.of(weights)));
    }

    @Test
    void filesOfOnesOwn() throws IOException {
        Path table = Files.writeString(folder.resolve("t.csv"), "a,b,kind\n0,1,0\n1,0,1\n0,2,0\n2,0,1\n");
        String own = " --layers 2,3,2 --batch-size 2 --device cpu --epochs 1";
        assertTrue(Cli.line("--label-column kind --data " + table + own)
                .succeeded()
                .out()
                .startsWith("train_loss: "));
        assertTrue(Cli.line("--label-column kind --images " + table + " --test-images " + table + own)
                .succeeded()
                .out()
                .contains("test_accuracy: "));
        Cli.line("--label-column kind --data " + table + own + " --early-stopping 1")
                .failed(ExitCode.USAGE, "--early-stopping needs");
        Cli.line("--label-column colour --data " + table + own).failed(ExitCode.USAGE, "colour", table.toString());
    }

    @Test
    void aFolderOfIdxFilesIsTheEmbeddedSet() throws IOException {
        for (String name : List.of("train-images-idx3-ubyte", "train-labels-idx1-ubyte")) {
            try (var packed = Mnist.class.getResourceAsStream("mnist/" + name + ".gz")) {
                Files.copy(packed, folder.resolve(name + ".gz"));
            }
        }
        assertEquals(firstLoss(""), firstLoss(" --data " + folder));
        String files = " --images %s/train-images-idx3-ubyte.gz --labels %s/train-labels-idx1-ubyte.gz"
                .formatted(folder, folder);
        assertEquals(firstLoss(""), firstLoss(files));
    }
}
