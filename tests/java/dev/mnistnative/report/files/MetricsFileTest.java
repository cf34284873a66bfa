package dev.mnistnative.report.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.report.Runs;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve("metrics.jsonl");
    }

    private List<JsonNode> events() throws IOException {
        List<JsonNode> events = new ArrayList<>();
        for (String line : Files.readAllLines(path())) {
            events.add(new ObjectMapper().readTree(line));
        }
        return events;
    }

    @Test
    void everyEventHasItsFields() throws IOException {
        try (MetricsFile metrics = new MetricsFile(path(), 100)) {
            metrics.onStart(Runs.start(""));
            metrics.onSteps(Runs.steps(1, 250));
            metrics.onEpoch(Runs.epoch(0.25, 0.75, 0.5));
            metrics.onEnd(new TrainingResult(StopReason.EARLY_STOPPING, List.of(), "", 4.5, Optional.empty()));
        }
        List<JsonNode> events = events();
        JsonNode start = events.get(0);
        assertEquals("start", start.get("event").asText());
        assertEquals("[4,3,2]", start.get("layers").toString());
        assertEquals("cpu", start.get("device").asText());
        assertEquals("avx2", start.get("isa").asText());
        assertEquals(3, start.get("threads").asInt());
        assertEquals("9.8.7", start.get("version").asText());
        assertEquals(4 * 3 + 3 + 3 * 2 + 2, start.get("parameters").asInt());
        assertEquals(
                "{\"event\":\"step\",\"epoch\":1,\"step\":100,\"loss\":0.1}",
                events.get(1).toString());
        assertEquals(
                "{\"event\":\"step\",\"epoch\":1,\"step\":200,\"loss\":0.2}",
                events.get(2).toString());
        JsonNode epoch = events.get(3);
        assertEquals("epoch", epoch.get("event").asText());
        assertEquals(0.25, epoch.get("train_loss").asDouble());
        assertEquals(0.5, epoch.get("train_objective").asDouble());
        assertEquals(0.75, epoch.get("accuracy").asDouble());
        assertEquals(0.123456789, epoch.get("test_loss").asDouble());
        assertEquals(0.2, epoch.get("test_objective").asDouble());
        assertEquals(0.5, epoch.get("test_accuracy").asDouble());
        assertEquals(1.5, epoch.get("seconds").asDouble());
        assertEquals(250, epoch.get("steps").asInt());
        assertEquals(1333.4, epoch.get("images_per_second").asDouble());
        assertEquals(
                "{\"event\":\"end\",\"reason\":\"early_stopping\",\"seconds\":4.5}",
                events.get(4).toString());
        assertEquals(5, events.size());
    }

    @Test
    void runsOnTargetsSaySoAndHaveErrors() throws IOException {
        try (MetricsFile metrics = new MetricsFile(path(), 100)) {
            metrics.onStart(Runs.ofValues());
            metrics.onEpoch(Runs.epochOfValues(0.8125, 0.78125));
        }
        JsonNode start = events().get(0);
        assertEquals("values", start.get("task").asText());
        assertEquals("huber:0.5", start.get("loss").asText());
        String epoch = events().get(1).toString();
        assertTrue(epoch.contains("\"accuracy\":null,"), epoch);
        assertTrue(
                epoch.endsWith(
                        "\"images_per_second\":1333.4,\"mae\":0.8125,\"test_mae\":0.78125," + "\"test_mse\":0.0625}"),
                epoch);
    }

    @Test
    void stepsTellAnObjectiveThatIsNotTheirLoss() throws IOException {
        try (MetricsFile metrics = new MetricsFile(path(), 100)) {
            metrics.onStart(Runs.smoothed("", EvaluatedOn.TEST));
            metrics.onSteps(Runs.steps(100, 1));
        }
        assertEquals(
                "{\"event\":\"step\",\"epoch\":1,\"step\":100,\"loss\":0.1,\"objective\":0.1}",
                events().get(1).toString());
    }

    @Test
    void whatIsNotFiniteIsNull() throws IOException {
        try (MetricsFile metrics = new MetricsFile(path(), 0)) {
            metrics.onSteps(Runs.steps(1, 250));
            metrics.onEpoch(Runs.epoch(Double.POSITIVE_INFINITY, 0));
        }
        JsonNode epoch = events().get(0);
        assertTrue(epoch.get("train_loss").isNull());
        assertTrue(epoch.get("test_loss").isNull());
        assertTrue(epoch.get("test_objective").isNull());
        assertTrue(epoch.get("test_accuracy").isNull());
        assertEquals(1, events().size());
    }

    @Test
    void aLineIsOnDiskBeforeTheRunGoesOn() throws IOException {
        try (MetricsFile metrics = new MetricsFile(path(), 1)) {
            metrics.onSteps(Runs.steps(7, 1));
            assertEquals("{\"event\":\"step\",\"epoch\":1,\"step\":7,\"loss\":0.007}\n", Files.readString(path()));
        }
    }
}
