package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Precision;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run goes on with the settings and the data it began with, or not at all. */
@Timeout(120)
class CheckpointRefusalTest extends CheckpointRuns {
    @Test
    void otherSettingsAndDataAreRefusedByName() {
        TrainingSettings settings = ten().epochs(1).build();
        Checkpoints checkpoints = Checkpoints.in(folder);
        run(settings, checkpoints);
        refused("layers", s -> s.layers(Toy.FEATURES, 14, Toy.CLASSES));
        refused("batchSize", s -> s.batchSize(17));
        refused("shuffle", s -> s.shuffle(true));
        refused("dropLast", s -> s.dropLast(true));
        refused("optimizer", s -> s.optimizer(new Adam(1.5e-2)));
        refused("schedule", s -> s.schedule(LearningRateSchedule.step(1, 0.5)));
        refused("warmupSteps", s -> s.warmupSteps(3));
        refused("loss", s -> s.loss(CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1)));
        refused("seed", s -> s.seed(1));
        if (MnistRuntime.cpu().bf16()) {
            refused("precision", s -> s.precision(Precision.BF16));
        }
        refused("isa", s -> s.isa("sse4"));
        refused("earlyStopping", s -> s.earlyStopping(1));
        try (Trainer trainer = Trainer.create(settings)) {
            Dataset other = Toy.data(203, 9);
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> trainer.fit(TrainingData.withTest(other, test), checkpoints.resuming()))
                    .getMessage();
            assertTrue(message.startsWith("training data is 203 x 7"), message);
            message = assertThrows(
                            IllegalArgumentException.class,
                            () -> trainer.fit(TrainingData.withTest(data, test), checkpoints))
                    .getMessage();
            assertTrue(message.contains("earlier run"), message);
        }
        assertEquals(
                1,
                run(
                                settings.toBuilder()
                                        .epochs(2)
                                        .threads(2)
                                        .device(Device.reference())
                                        .build(),
                                checkpoints.resuming())
                        .epochs()
                        .size());
    }

    private void refused(String field, UnaryOperator<TrainingSettings.Builder> change) {
        TrainingSettings changed = change.apply(ten().epochs(1)).build();
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> run(changed, Checkpoints.in(folder).resuming()))
                .getMessage();
        assertTrue(message.startsWith(field + " is "), message);
    }

    @Test
    void epochsAreRefusedWhereTheyChangeTheSchedule() {
        TrainingSettings settings =
                ten().epochs(4).schedule(LearningRateSchedule.cosine(0)).build();
        run(settings, Checkpoints.in(folder));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> run(
                                settings.toBuilder().epochs(5).build(),
                                Checkpoints.in(folder).resuming()))
                .getMessage();
        assertTrue(message.startsWith("epochs is 5"), message);
        String fewer = assertThrows(IllegalArgumentException.class, () -> {
                    Path plain = folder.resolve("plain");
                    run(ten().epochs(4).build(), Checkpoints.in(plain));
                    run(ten().epochs(3).build(), Checkpoints.in(plain).resuming());
                })
                .getMessage();
        assertTrue(fewer.startsWith("epochs is 3"), fewer);
    }
}
