package dev.mnistnative.report.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mnistnative.report.Runs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed run told beyond its last checkpoint comes again, and stands there once. */
class ResumedFilesTest {
    private static final String EARLIER = """
            {"event":"start","layers":[4,3,2]}
            {"event":"step","epoch":1,"step":100,"loss":1}
            {"event":"epoch","epoch":1,"train_loss":1}
            {"event":"step","epoch":2,"step":100,"loss":1}
            {"event":"step","epoch":2,"step":200,"loss":1}
            {"event":"epoch","epoch":2,"train_loss":1}
            {"event":"step","epoch":3,"step":100,"loss":1}
            {"event":"epo""";

    @TempDir
    Path folder;

    private List<String> metrics(int epochs, int steps) throws IOException {
        Path file = Files.writeString(folder.resolve("m.jsonl"), EARLIER);
        try (MetricsFile metrics = new MetricsFile(file, 100, true)) {
            metrics.onStart(Runs.resumed(epochs, steps));
        }
        List<String> lines = Files.readAllLines(file);
        assertEquals(
                "{\"event\":\"start\",\"layers\":[4,3,2],\"device\"",
                lines.get(lines.size() - 1).substring(0, 42));
        return lines.subList(0, lines.size() - 1);
    }

    @Test
    void linesBeyondTheCheckpointAreCut() throws IOException {
        List<String> earlier = EARLIER.lines().toList();
        assertEquals(earlier.subList(0, 3), metrics(1, 0));
        assertEquals(earlier.subList(0, 4), metrics(1, 150));
        assertEquals(earlier.subList(0, 5), metrics(1, 200));
        assertEquals(earlier.subList(0, 6), metrics(2, 0));
        assertEquals(earlier.subList(0, 7), metrics(3, 0), "half a line is none");
    }

    @Test
    void aRunThatBeginsAfterAllReplacesThem() throws IOException {
        Path file = Files.writeString(folder.resolve("m.jsonl"), EARLIER);
        try (MetricsFile metrics = new MetricsFile(file, 100, true)) {
            metrics.onStart(Runs.start(""));
        }
        assertEquals(1, Files.readAllLines(file).size());
    }

    @Test
    void rowsBeyondTheCheckpointAreCut() throws IOException {
        Path file = folder.resolve("m.csv");
        try (MetricsTable table = new MetricsTable(file, false)) {
            table.onEpoch(Runs.epoch(2.25, 0.75, 0.5));
        }
        List<String> first = Files.readAllLines(file);
        Files.writeString(file, "2,1\n3,1\n4,", StandardOpenOption.APPEND);
        try (MetricsTable table = new MetricsTable(file, true)) {
            table.onStart(Runs.resumed(1, 7));
        }
        assertEquals(first, Files.readAllLines(file));
        try (MetricsTable table = new MetricsTable(file, true)) {
            table.onStart(Runs.start(""));
            table.onEpoch(Runs.epoch(2.25, 0.75, 0.5));
        }
        assertEquals(first, Files.readAllLines(file));
    }

    private List<Path> eventFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static List<String> points(Path file) throws IOException {
        return TfEvents.read(file).stream()
                .filter(event -> event.tag() != null)
                .map(event -> event.tag() + " " + event.step())
                .toList();
    }

    @Test
    void pointsBeyondTheCheckpointAreCutAndVoid() throws IOException {
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 100, false)) {
            events.onStart(Runs.start(""));
            events.onSteps(Runs.steps(1, 250));
            events.onEpoch(Runs.epoch(0.25, 0.75, 0.5));
        }
        Path first = eventFiles().get(0);
        byte[] whole = Files.readAllBytes(first);
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 100, true)) {
            events.onStart(Runs.resumed(1, 0));
        }
        assertArrayEquals(whole, Files.readAllBytes(first), "all of it is before the checkpoint");
        assertEquals(251, restart(eventFiles().get(1)), "steps are counted over the run");
        Files.write(first, new byte[] {7, 0, 0}, StandardOpenOption.APPEND); // half a record
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 100, true)) {
            events.onStart(Runs.resumed(0, 150));
        }
        assertEquals(List.of("step/loss 100", "step/lr 100"), points(first));
        assertEquals(151, restart(eventFiles().get(2)));
    }

    @Test
    void withoutCurvesOfStepsTheRestartIsAnEpoch() throws IOException {
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 0, false)) {
            events.onStart(Runs.start(""));
            events.onEpoch(Runs.epoch(0.25, 0.75, 0.5));
        }
        Path foreign = Files.write(folder.resolve("events.out.tfevents.x"), new byte[64]);
        Files.writeString(foreign, "somebody else's: it stays as it is, whatever it may hold");
        byte[] others = Files.readAllBytes(foreign);
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 0, true)) {
            events.onStart(Runs.resumed(0, 3));
        }
        List<Path> files = new ArrayList<>(eventFiles());
        files.remove(foreign);
        assertEquals(List.of(), points(files.get(0)));
        assertEquals(1, restart(files.get(1)));
        assertArrayEquals(others, Files.readAllBytes(foreign));
    }

    /** PyTorch's SummaryWriter writes the same records, but not who wrote them. */
    @Test
    void filesOfOtherProgramsAreNotCut() throws IOException {
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 0, false)) {
            events.onStart(Runs.start(""));
            events.onEpoch(Runs.epoch(0.25, 0.75, 0.5));
        }
        Path file = eventFiles().get(0);
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(
                file, text.replace("dev.mnistnative", "somebody.else.x") + "half", StandardCharsets.ISO_8859_1);
        byte[] others = Files.readAllBytes(file);
        try (TensorBoardEvents events = new TensorBoardEvents(folder, 0, true)) {
            events.onStart(Runs.resumed(0, 3));
        }
        assertArrayEquals(others, Files.readAllBytes(file));
    }

    private static long restart(Path file) throws IOException {
        TfEvents.Event event = TfEvents.read(file).get(1);
        assertFalse(event.session() == 0, "a start event: " + event);
        return event.step();
    }
}
