package dev.mnistnative.report.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.report.Runs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardEventsTest {
    @TempDir
    Path folder;

    @Test
    void curvesOfStepsAndEpochs() throws IOException {
        Path logs = folder.resolve("logs/run1");
        try (TensorBoardEvents events = new TensorBoardEvents(logs, 100, false)) {
            events.onStart(Runs.smoothed("", EvaluatedOn.TEST));
            events.onSteps(Runs.steps(90, 20));
            events.onEpoch(Runs.epoch(0.25, 0.75, 0.5));
        }
        List<String> points = TfEvents.read(TfEvents.onlyFileIn(logs)).stream()
                .skip(1)
                .map(e -> e.tag() + " " + e.step() + " " + e.value())
                .toList();
        assertEquals(
                List.of(
                        "step/loss 100 0.1",
                        "step/objective 100 0.1",
                        "step/lr 100 0.5",
                        "train/loss 1 0.25",
                        "train/objective 1 0.5",
                        "train/accuracy 1 0.75",
                        "train/images_per_second 1 1333.4",
                        "test/loss 1 0.12345679",
                        "test/objective 1 0.2",
                        "test/accuracy 1 0.5"),
                points);
    }

    @Test
    void valuesHaveErrorsInsteadOfAccuracies() throws IOException {
        Path logs = folder.resolve("values");
        try (TensorBoardEvents events = new TensorBoardEvents(logs, 0, false)) {
            events.onStart(Runs.ofValues());
            events.onEpoch(Runs.epochOfValues(0.8125, 0.78125));
        }
        assertEquals(
                List.of("train/loss", "train/mae", "train/images_per_second", "test/loss", "test/mae", "test/mse"),
                TfEvents.read(TfEvents.onlyFileIn(logs)).stream()
                        .skip(1)
                        .map(e -> e.tag())
                        .toList());
    }
}
