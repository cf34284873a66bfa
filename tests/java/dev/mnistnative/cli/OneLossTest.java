package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.report.files.TfEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same weights show the same loss, to the last digit, wherever one is shown. */
class OneLossTest {
    private static final String SHORT = " --limit 2560 --layers 784,24,10 --epochs 2 --device cpu --threads 2";

    @TempDir
    Path folder;

    private Cli run(String words) {
        return Cli.run(words.replace("{}", folder.toString()).split(" ")).succeeded();
    }

    private static String found(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), pattern + " is not in: " + text);
        return matcher.group(1);
    }

    /** The last epoch of metrics.jsonl. */
    private JsonNode lastEpoch() throws IOException {
        List<String> epochs = Files.readAllLines(folder.resolve("m.jsonl")).stream()
                .filter(line -> line.contains("\"epoch\",\"epoch\":2"))
                .toList();
        return new ObjectMapper().readTree(epochs.get(0));
    }

    @Test
    void withLabelSmoothingTheLossIsOneAndTheObjectiveIsNamed() throws IOException {
        Cli train = run("train --preset accurate --label-smoothing 0.1" + SHORT
                + " --save {}/m.safetensors --report {}/r.html --metrics {}/m.jsonl --tensorboard {}/events");
        Cli evaluate = run("evaluate --device cpu --model {}/m.safetensors");
        String loss = found("(?m)^loss: (\\S+)$", evaluate.out());
        assertEquals(loss, found("test +accuracy \\S+ %, loss (\\S+), objective", train.err()));
        String objective = found("objective (\\S+)", train.err());
        assertNotEquals(loss, objective);

        String page = Files.readString(folder.resolve("r.html"));
        assertEquals(loss, found("<span class=\"value\">([^<]+)</span><span>test loss<", page));
        assertEquals(objective, found("<span class=\"value\">([^<]+)</span><span>test objective<", page));
        assertEquals(loss, found("Loss by epoch[^\"]*; test ends at ([\\d.]+)", page));
        assertEquals(objective, found("Objective by epoch[^\"]*; test ends at ([\\d.]+)", page));
        assertTrue(page.contains("<td>" + loss + "<td>" + objective + "<td>"), "the table of the epochs");

        JsonNode epoch = lastEpoch();
        JsonNode json = new ObjectMapper()
                .readTree(run("evaluate --json --device cpu --model {}/m.safetensors")
                        .out());
        assertEquals(json.get("loss").asText(), epoch.get("test_loss").asText());
        var events = TfEvents.read(TfEvents.onlyFileIn(folder.resolve("events")));
        for (String name : List.of("loss", "objective")) {
            float last = events.stream()
                    .filter(event -> ("test/" + name).equals(event.tag()) && event.step() == 2)
                    .findFirst()
                    .orElseThrow()
                    .value();
            assertEquals((float) epoch.get("test_" + name).asDouble(), last, name);
        }
    }

    @Test
    void whereTheLossIsMinimisedThereIsNoOther() throws IOException {
        Cli train =
                run("train --preset bp" + SHORT + " --save {}/m.safetensors --report {}/r.html --metrics {}/m.jsonl");
        Cli evaluate = run("evaluate --device cpu --model {}/m.safetensors");
        String loss = found("(?m)^loss: (\\S+)$", evaluate.out());
        assertEquals(loss, found("test +accuracy \\S+ %, loss (\\S+)\n", train.err()));
        String page = Files.readString(folder.resolve("r.html"));
        assertEquals(loss, found("Loss by epoch[^\"]*; test ends at ([\\d.]+)", page));
        assertFalse(page.contains("bjective"));
        JsonNode epoch = lastEpoch();
        assertEquals(epoch.get("test_loss"), epoch.get("test_objective"));
        assertEquals(epoch.get("train_loss"), epoch.get("train_objective"));
    }
}
