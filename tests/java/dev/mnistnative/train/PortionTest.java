package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is done in portions comes to the bits of one that is not. */
class PortionTest {
    private static final int STEPS = 13; // an epoch's

    private final Dataset training = Toy.data(200, 1);
    private final Dataset test = Toy.data(60, 2);
    private final TrainingData data = TrainingData.withTest(training, test);

    @TempDir
    Path folder;

    /** Everything that goes on in a run has its part in it. */
    private static TrainingSettings.Builder settings() {
        return Toy.settings()
                .epochs(4)
                .shuffle(true)
                .warmupSteps(20)
                .schedule(LearningRateSchedule.step(1, 0.5))
                .optimizer(new Adam(1e-2, 0.8, 0.99, 1e-6, 1e-3, true));
    }

    private TrainerState whole(TrainingSettings settings, List<EpochEnded> epochs) {
        try (Trainer trainer = Trainer.create(settings)) {
            epochs.addAll(trainer.fit(data).epochs());
            return trainer.state();
        }
    }

    private static void sameLosses(List<EpochEnded> expected, List<EpochEnded> actual) {
        assertEquals(
                expected.stream().map(epoch -> epoch.training().loss()).toList(),
                actual.stream().map(epoch -> epoch.training().loss()).toList());
        assertEquals(
                expected.stream()
                        .map(epoch -> epoch.evaluation().orElseThrow().loss())
                        .toList(),
                actual.stream()
                        .map(epoch -> epoch.evaluation().orElseThrow().loss())
                        .toList());
        assertEquals(
                expected.stream().map(epoch -> epoch.position().epoch()).toList(),
                actual.stream().map(epoch -> epoch.position().epoch()).toList());
    }

    @Test
    void stepsAndEpochsMixAsOneLikes() {
        List<EpochEnded> expected = new ArrayList<>();
        TrainerState state = whole(settings().build(), expected);
        try (Trainer trainer = Trainer.create(settings().build())) {
            List<EpochEnded> epochs = new ArrayList<>();
            List<Integer> finished = new ArrayList<>();
            for (Portion portion :
                    List.of(Portion.steps(1), Portion.steps(5), Portion.epochs(1), Portion.steps(STEPS + 3))) {
                TrainingResult result = trainer.fit(data, portion);
                assertEquals(StopReason.PAUSED, result.reason(), portion.toString());
                epochs.addAll(result.epochs());
                finished.add(result.epochs().size());
            }
            assertEquals(List.of(0, 0, 1, 1), finished);
            assertEquals(2 * STEPS + 3, trainer.optimizerSteps());
            TrainingResult last = trainer.fit(data, Portion.epochs(2));
            assertEquals(StopReason.COMPLETED, last.reason());
            epochs.addAll(last.epochs());
            assertEquals(state, trainer.state());
            sameLosses(expected, epochs);
        }
    }

    @Test
    void afterItsEndAnotherRunBegins() {
        try (Trainer parts = Trainer.create(settings().build());
                Trainer whole = Trainer.create(settings().build())) {
            whole.fit(data);
            whole.fit(data);
            int calls = 0;
            for (int runs = 0; runs < 2; calls++) {
                runs += parts.fit(data, Portion.steps(9)).reason() == StopReason.PAUSED ? 0 : 1;
            }
            assertEquals(12, calls);
            assertEquals(whole.state(), parts.state());
            parts.fit(data, Portion.steps(9));
            whole.fit(data, Portion.steps(9));
            parts.fit(data); // which does not go on
            whole.fit(data);
            assertEquals(whole.state(), parts.state());
        }
    }

    @Test
    void theBestEpochAndEarlyStoppingAreThoseOfTheWholeRun() {
        TrainingSettings settings = settings()
                .epochs(40)
                .optimizer(new Adam(0.1))
                .earlyStopping(2)
                .keep(Keep.BEST)
                .build();
        List<EpochEnded> expected = new ArrayList<>();
        TrainerState state = whole(settings, expected);
        assertTrue(expected.size() < 40);
        try (Trainer trainer = Trainer.create(settings)) {
            List<EpochEnded> epochs = new ArrayList<>();
            TrainingResult result;
            do {
                result = trainer.fit(data, Portion.steps(7));
                epochs.addAll(result.epochs());
            } while (result.reason() == StopReason.PAUSED);
            assertEquals(StopReason.EARLY_STOPPING, result.reason());
            assertEquals(state, trainer.state());
            sameLosses(expected, epochs);
        }
    }

    @Test
    void anotherTrainerGoesOnFromAPortionsCheckpoint() {
        TrainerState state = whole(settings().build(), new ArrayList<>());
        Checkpoints checkpoints = Checkpoints.in(folder.resolve("c"));
        try (Trainer first = Trainer.create(settings().build());
                Trainer second = Trainer.create(settings().build())) {
            first.fit(data, Portion.steps(17), checkpoints);
            first.fit(data, Portion.steps(4), checkpoints);
            assertNotEquals(state, first.state());
            TrainingResult result = second.fit(data, Portion.epochs(3), checkpoints.resuming());
            assertEquals(StopReason.COMPLETED, result.reason());
            assertEquals(3, result.epochs().size());
            assertEquals(state, second.state());
        }
    }

    @Test
    void whatWasInterruptedIsGoneOnWith() {
        TrainerState state = whole(settings().build(), new ArrayList<>());
        try (Trainer trainer = Trainer.create(settings().build())) {
            TrainingListener cancels = new TrainingListener() {
                @Override
                public void onEpoch(EpochEnded event) {
                    trainer.cancel();
                }
            };
            assertEquals(
                    StopReason.INTERRUPTED,
                    trainer.fit(data, Portion.epochs(3), cancels).reason());
            assertEquals(STEPS, trainer.optimizerSteps());
            assertEquals(
                    StopReason.COMPLETED, trainer.fit(data, Portion.epochs(9)).reason());
            assertEquals(state, trainer.state());
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        TrainingData other = TrainingData.of(Toy.data(100, 1));
        try (Trainer trainer = Trainer.create(settings().build())) {
            trainer.fit(data, Portion.steps(2));
            String message = assertThrows(IllegalArgumentException.class, () -> trainer.fit(other, Portion.steps(2)))
                    .getMessage();
            assertTrue(message.contains("on 200 samples, but the data has 100"), message);
            trainer.fit(data, Portion.steps(2));
            assertEquals(4, trainer.optimizerSteps());
        }
        assertThrows(IllegalArgumentException.class, () -> Portion.steps(0));
        assertThrows(IllegalArgumentException.class, () -> Portion.epochs(-1));
    }
}
