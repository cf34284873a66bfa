package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Steps on batches as they come are those of a run on all of them. */
class SingleStepTest {
    private static final int BATCH = 16;

    private final Dataset data = Toy.data(200, 1);

    private Dataset batch(int step) {
        int first = step * BATCH;
        return data.select(
                IntStream.range(first, Math.min(data.size(), first + BATCH)).toArray());
    }

    private static List<Double> losses(Trainer trainer, Dataset all) {
        List<Double> losses = new ArrayList<>();
        trainer.fit(all, new TrainingListener() {
            @Override
            public void onSteps(StepsDone event) {
                for (double loss : event.losses()) {
                    losses.add(loss);
                }
            }
        });
        return losses;
    }

    @Test
    void anEpochOfThemGivesTheBitsOfTheEpoch() {
        TrainingSettings settings = Toy.settings()
                .epochs(2)
                .warmupSteps(7)
                .dropout(0.3)
                .optimizer(new Adam(1e-2, 0.8, 0.99, 1e-6, 1e-3, true))
                .build();
        try (Trainer whole = Trainer.create(settings);
                Trainer parts = Trainer.create(settings)) {
            List<Double> expected = losses(whole, data);
            List<Double> actual = new ArrayList<>();
            for (int epoch = 0; epoch < 2; epoch++) {
                for (int step = 0; step < 13; step++) {
                    try (Dataset batch = batch(step)) {
                        StepResult result = parts.step(batch);
                        actual.add(result.loss());
                        assertEquals(settings.learningRate(epoch, 13L * epoch + step), result.learningRate());
                        assertTrue(result.correct() >= 0 && result.correct() <= batch.size());
                        assertEquals(Double.NaN, result.absoluteError());
                    }
                }
            }
            assertEquals(expected, actual);
            assertEquals(whole.state(), parts.state());
            assertEquals(26, parts.optimizerSteps());
        }
    }

    @Test
    void targetsAndRatesAreTheCallers() {
        TrainingSettings settings =
                Toy.settings().loss(new MseLoss()).optimizer(new Sgd(0.5)).build();
        float[] targets = new float[200 * Toy.CLASSES];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = i % 5;
        }
        try (Trainer trainer = Trainer.create(settings);
                Dataset all = data.withTargets(targets, Toy.CLASSES)) {
            TrainerState before = trainer.state();
            StepResult still = trainer.step(all, 0);
            assertEquals(before.parameters(), trainer.parameters());
            StepResult first = trainer.step(all, 0.05);
            assertEquals(still.loss(), first.loss());
            assertTrue(first.absoluteError() > 0);
            assertTrue(trainer.step(all, 0.05).loss() < first.loss());
        }
    }

    @Test
    void whatCannotBeDoneIsRefusedAndChangesNothing() {
        try (Trainer trainer = Trainer.create(Toy.settings().build());
                Dataset wide = Dataset.ofFloats(new float[8], 8, new int[1])) {
            float[] huge = new float[trainer.parameters().values().length];
            Arrays.fill(huge, 1e30f);
            trainer.setParameters(Parameters.of(trainer.settings().layers(), huge));
            TrainerState before = trainer.state();
            assertThrows(IllegalArgumentException.class, () -> trainer.step(wide));
            assertThrows(IllegalArgumentException.class, () -> trainer.step(data, Double.NaN));
            assertEquals(
                    MnistNativeException.Status.DIVERGED,
                    assertThrows(MnistNativeException.class, () -> trainer.step(data))
                            .status());
            assertEquals(before, trainer.state());
            trainer.setParameters(Parameters.initial(trainer.settings().layers(), 0));
            TrainingListener steps = new TrainingListener() {
                @Override
                public void onEpoch(EpochEnded event) {
                    trainer.step(data);
                }
            };
            assertThrows(IllegalStateException.class, () -> trainer.fit(data, steps));
        }
    }
}
