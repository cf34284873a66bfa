package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Evaluation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses are means per sample whatever training minimises; what it minimises stands beside them as the objective. */
class ReductionTest {
    private static final double CLOSE = 1e-5;

    private final Dataset data = Toy.data(200, 1); // 12 batches of 16 and one of 8
    private final Dataset test = Toy.data(60, 2);

    /** A run that learns nothing, so that every step sees the same weights. */
    private record Seen(List<StepsDone> chunks, EpochEnded epoch) {
        double[] losses() {
            return chunks.stream()
                    .flatMapToDouble(chunk -> Arrays.stream(chunk.losses()))
                    .toArray();
        }

        double[] objectives() {
            return chunks.stream()
                    .flatMapToDouble(chunk -> Arrays.stream(chunk.objectives()))
                    .toArray();
        }
    }

    private Seen run(CrossEntropyLoss loss) {
        TrainingSettings settings = Toy.settings()
                .optimizer(new Sgd(0))
                .epochs(1)
                .shuffle(true)
                .loss(loss)
                .build();
        List<StepsDone> chunks = new ArrayList<>();
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(data, test, new TrainingListener() {
                @Override
                public void onSteps(StepsDone event) {
                    chunks.add(event);
                }
            });
            return new Seen(chunks, result.lastEpoch());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSumIsReportedAsWhatItIsAndItsLossAsTheMean(boolean weighted) {
        CrossEntropyLoss loss =
                weighted ? CrossEntropyLoss.DEFAULT.withClassWeights(0.5f, 2, 3) : CrossEntropyLoss.DEFAULT;
        Seen mean = run(loss);
        Seen sum = run(loss.withReduction(Reduction.SUM));
        if (weighted) {
            assertTrue(Math.abs(mean.losses()[0] - mean.objectives()[0]) > 1e-3, "the weights are in the objective");
        } else {
            assertArrayEquals(mean.losses(), mean.objectives());
        }
        assertArrayEquals(mean.losses(), sum.losses(), CLOSE);
        assertEquals(mean.epoch().training().loss(), sum.epoch().training().loss(), CLOSE);
        assertTrue(
                sum.objectives()[0] > 8 * mean.objectives()[0], "the sum of 16 losses, each weighted by 0.5 or more");
        if (!weighted) {
            assertEquals(mean.epoch().training().loss(), mean.epoch().training().objective());
            assertEquals(16 * mean.losses()[0], sum.objectives()[0], 16 * CLOSE);
            assertEquals(8 * mean.losses()[12], sum.objectives()[12], 8 * CLOSE);
        }
    }

    @Test
    void anEvaluationsObjectiveIsWhatTrainingMinimises() {
        Evaluation mean = run(CrossEntropyLoss.DEFAULT).epoch().evaluation().orElseThrow();
        Evaluation sum = run(CrossEntropyLoss.DEFAULT.withReduction(Reduction.SUM))
                .epoch()
                .evaluation()
                .orElseThrow();
        assertEquals(mean.loss(), mean.objective(), CLOSE);
        assertEquals(mean.loss(), sum.loss());
        assertEquals(60 * mean.loss(), sum.objective(), 60 * CLOSE);
        assertEquals(60, sum.counted());
        assertEquals(mean.accuracy(), sum.accuracy());
    }
}
