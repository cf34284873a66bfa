package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.train.GoldenNpz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The options of each of PyTorch's float64 runs in tests/golden/breadth, given to the command line, give the losses of
 * its steps.
 */
class BreadthTest {
    private static final Path FILES = GoldenNpz.DIRECTORY.resolve("breadth");
    private static final Set<String> FILE_OPTIONS = Set.of("--images", "--labels", "--targets", "--sample-weights");
    private static final double MOST = 5e-6; // PyTorch's own float32 stays below 1e-6

    private final ObjectMapper mapper = new ObjectMapper();

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> runsOfPyTorch() throws IOException {
        JsonNode cases = mapper.readTree(FILES.resolve("cases.json").toFile());
        String help = Cli.line("train --help").succeeded().out();
        return StreamSupport.stream(((Iterable<String>) cases::fieldNames).spliterator(), false)
                .map(name -> DynamicTest.dynamicTest(name, () -> losses(name, cases.get(name), help)));
    }

    private void losses(String name, JsonNode wanted, String help) throws IOException {
        Path metrics = folder.resolve(name + ".jsonl");
        List<String> words = new ArrayList<>(List.of("train"));
        for (JsonNode option : wanted.get("options")) {
            String before = words.get(words.size() - 1);
            String word = option.asText();
            String named = word.replace("--no-", "--[no-]");
            assumeTrue(!word.startsWith("--") || help.contains(named), () -> "SKIPPED: there is no " + word + " yet");
            words.add(FILE_OPTIONS.contains(before) ? FILES.resolve(word).toString() : word);
        }
        words.addAll(List.of("--device", "cpu", "--progress", "never", "--log-steps", "1", "--metrics"));
        words.add(metrics.toString());
        Cli.run(words.toArray(String[]::new)).succeeded();
        List<Double> found = new ArrayList<>();
        for (String line : Files.readAllLines(metrics)) {
            JsonNode event = mapper.readTree(line);
            if (event.get("event").asText().equals("step")) {
                found.add(
                        event.get(event.has("objective") ? "objective" : "loss").asDouble());
            }
        }
        assertEquals(wanted.get("losses").size(), found.size(), "steps");
        for (int step = 0; step < found.size(); step++) {
            double loss = wanted.get("losses").get(step).asDouble();
            assertEquals(loss, found.get(step), MOST * Math.abs(loss), "step " + (step + 1));
        }
    }
}
