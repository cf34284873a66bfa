package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.report.files.TfEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints by the command line. */
@Timeout(120)
class ResumeTest {
    private static final String RUN = "--layers 784,16,10 --limit 960 --device cpu --shuffle --progress never ";

    @TempDir
    private Path folder;

    private Cli train(String words) {
        return Cli.line(RUN + words.replace("{}", folder.toString()));
    }

    @Test
    void fourEpochsAreTwoAndTwo() throws IOException {
        train("--epochs 4 --save {}/whole.safetensors").succeeded();
        train("--epochs 2 --checkpoint-dir {}/c --metrics {}/m.jsonl").succeeded();
        Files.writeString(folder.resolve("m.jsonl"), "{\"event\":", StandardOpenOption.APPEND); // as if cut
        Cli resumed = train("--epochs 4 --checkpoint-dir {}/c --resume --metrics {}/m.jsonl --save {}/s.safetensors")
                .succeeded();
        assertEquals(2, resumed.lines().size(), resumed.out());
        assertTrue(resumed.err().contains("000002-000000.safetensors: 2 epochs and 0 steps are done"), resumed.err());
        assertArrayEquals(bytes("whole.safetensors"), bytes("s.safetensors"));
        List<String> metrics = Files.readAllLines(folder.resolve("m.jsonl"));
        assertEquals(
                List.of("start", "epoch", "epoch", "end", "start", "epoch", "epoch", "end"),
                metrics.stream()
                        .map(line -> line.replaceFirst("\\{\"event\":\"(\\w+)\".*", "$1"))
                        .toList());
        Cli over = train("--epochs 4 --checkpoint-dir {}/c --resume --save {}/again.safetensors")
                .succeeded();
        assertTrue(over.err().contains("all epochs were done already"), over.err());
        assertArrayEquals(bytes("whole.safetensors"), bytes("again.safetensors"));
    }

    @Test
    void aKilledRunsMetricsStandThereOnce() throws IOException {
        String run = " --checkpoint-dir {}/c --log-steps 1 --tensorboard {}/t --resume --metrics {}/m.";
        train("--epochs 4" + run + "jsonl").succeeded();
        train("--epochs 4 --checkpoint-dir {}/d --metrics {}/m.csv --resume").succeeded();
        for (String name : List.of("c", "d")) { // as if killed before they were written
            Files.delete(folder.resolve(name + "/checkpoint-000004-000000.safetensors"));
            Files.delete(folder.resolve(name + "/checkpoint-000003-000000.safetensors"));
        }
        train("--epochs 5" + run + "jsonl").succeeded();
        train("--epochs 5 --checkpoint-dir {}/d --metrics {}/m.csv --resume").succeeded();
        List<String> steps = new ArrayList<>();
        List<String> epochs = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("m.jsonl"))) {
            Matcher event = Pattern.compile("\\{\"event\":\"(step|epoch)\",\"epoch\":(\\d+),(\"step\":\\d+|).*")
                    .matcher(line);
            if (event.matches()) {
                (event.group(1).equals("step") ? steps : epochs).add(event.group(2) + event.group(3));
            }
        }
        assertEquals(List.of("1", "2", "3", "4", "5"), epochs);
        assertEquals(15, steps.size(), "three an epoch: " + steps);
        assertEquals(15, new HashSet<>(steps).size());
        assertEquals(
                List.of("epoch", "1", "2", "3", "4", "5"),
                Files.readAllLines(folder.resolve("m.csv")).stream()
                        .map(line -> line.split(",")[0])
                        .toList());
        List<String> points = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("t"))) {
            for (Path file : files.toList()) {
                TfEvents.read(file).stream()
                        .filter(event -> event.tag() != null)
                        .forEach(event -> points.add(event.tag() + " " + event.step()));
            }
        }
        assertEquals(2 * 15 + 5 * 5, points.size(), points.toString());
        assertEquals(points.size(), new HashSet<>(points).size());
    }

    @Test
    void theBestEpochIsKeptAndTold() throws IOException {
        String run =
                "--lr 0.05 --metrics {}/m.jsonl --checkpoint-dir {}/c --keep best --resume --save {}/s.safetensors";
        train("--epochs 4 " + run).succeeded();
        Cli cli = train("--epochs 6 " + run).succeeded();
        List<String> lines = Files.readAllLines(folder.resolve("m.jsonl"));
        double lowest = Double.POSITIVE_INFINITY;
        int best = 0;
        int epoch = 0;
        for (String line : lines) {
            Matcher loss = Pattern.compile(".*\"test_loss\":([^,]+),.*").matcher(line);
            if (loss.matches()) {
                epoch++;
                if (Double.parseDouble(loss.group(1)) < lowest) {
                    lowest = Double.parseDouble(loss.group(1));
                    best = epoch;
                }
            }
        }
        assertEquals(6, epoch);
        assertTrue(lines.get(lines.size() - 1).endsWith(",\"best_epoch\":" + best + "}"), lines.toString());
        assertTrue(cli.err().contains("weights of   epoch " + best + ", the best by its test loss"), cli.err());
        String evaluated = Cli.run(
                        "evaluate", "--model", folder.resolve("s.safetensors").toString(), "--json")
                .succeeded()
                .out();
        Matcher loss = Pattern.compile(".*\"loss\":([^,]+),.*").matcher(evaluated.strip());
        assertTrue(loss.matches(), evaluated);
        assertEquals(lowest, Double.parseDouble(loss.group(1)), 1e-7);
        Path table = Files.writeString(folder.resolve("t.csv"), "a,b,kind\n0,1,0\n1,0,1\n0,2,0\n2,0,1\n");
        Cli.line("--label-column kind --layers 2,3,2 --batch-size 2 --keep best --data " + table)
                .failed(ExitCode.USAGE, "--keep best needs", "--validation");
    }

    private byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name));
    }

    @Test
    void resumingWhatIsNotThereBegins() {
        assertEquals(
                1,
                train("--epochs 1 --checkpoint-dir {}/new/c --resume")
                        .succeeded()
                        .lines()
                        .size());
    }

    @Test
    void anotherRunIsRefused() {
        train("--epochs 1 --checkpoint-dir {}/c").succeeded();
        train("--epochs 2 --checkpoint-dir {}/c").failed(ExitCode.USAGE, "earlier run");
        train("--epochs 2 --checkpoint-dir {}/c --resume --lr 0.1").failed(ExitCode.USAGE, "optimizer is Adam[lr=0.1");
        train("--epochs 2 --checkpoint-dir {}/c --resume --batch-size 32").failed(ExitCode.USAGE, "batchSize is 32");
    }

    @Test
    void aCheckpointsWeightsCanBeExported() throws IOException {
        train("--epochs 1 --checkpoint-dir {}/c --save {}/saved.safetensors --scale 0.5")
                .succeeded();
        String checkpoint =
                folder.resolve("c/checkpoint-000001-000000.safetensors").toString();
        String saved = folder.resolve("saved.safetensors").toString();
        for (String format : List.of("onnx", "npz", "safetensors")) {
            String one = folder.resolve("one." + format).toString();
            String two = folder.resolve("two." + format).toString();
            assertEquals(
                    "",
                    Cli.run("export", "--model", saved, "--to", format, one)
                            .succeeded()
                            .out());
            Cli.run("export", "--model", checkpoint, "--to", format, two).succeeded();
            assertTrue(Files.size(Path.of(one)) > 4 * 12_730, format);
        }
        assertArrayEquals(bytes("saved.safetensors"), bytes("one.safetensors"));
        assertArrayEquals(bytes("one.npz"), bytes("two.npz"));
        Cli.run("export", "--model", saved, "--to", "npz", "--softmax", "x.npz").failed(ExitCode.USAGE, "--softmax");
        Cli.run("export", "--model", saved, "--to", "pdf", "x.pdf").failed(ExitCode.USAGE, "onnx, safetensors, npz");
    }
}
