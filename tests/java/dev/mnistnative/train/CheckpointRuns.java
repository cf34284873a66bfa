package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Runs with checkpoints in a folder, and what they leave. */
abstract class CheckpointRuns {
    static final int EPOCHS = 10;

    Dataset data = Toy.data(203, 1);
    Dataset test = Toy.data(60, 2);

    @TempDir
    Path folder;

    /** What a run left: everything but its times. */
    record End(StopReason reason, List<String> epochs, float[] parameters, long optimizerStep) {}

    final TrainingSettings.Builder ten() {
        return Toy.settings().epochs(EPOCHS);
    }

    final End run(TrainingSettings settings, Checkpoints checkpoints, TrainingListener... listeners) {
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(TrainingData.withTest(data, test), checkpoints, listeners);
            List<String> epochs = result.epochs().stream()
                    .map(e -> e.position() + " " + e.training() + " " + e.evaluation())
                    .toList();
            return new End(result.reason(), epochs, trainer.parameters().values(), trainer.optimizerSteps());
        }
    }

    static void assertSameEnd(End expected, End actual) {
        assertEquals(expected.reason(), actual.reason());
        assertArrayEquals(expected.parameters(), actual.parameters());
        assertEquals(expected.optimizerStep(), actual.optimizerStep());
        int common = actual.epochs().size();
        List<String> last = expected.epochs();
        assertEquals(last.subList(last.size() - common, last.size()), actual.epochs());
    }

    final List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    static String place(Path file) {
        return file.getFileName().toString().replace("checkpoint-", "").replace(".safetensors", "");
    }
}
