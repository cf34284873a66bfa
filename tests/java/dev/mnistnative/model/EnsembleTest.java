package dev.mnistnative.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Task;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Several models answer by the mean of their probabilities. */
class EnsembleTest {
    private static final int FEATURES = 7;
    private static final int CLASSES = 3;

    private static Model model(long seed, int hidden) {
        Mlp net = Mlp.of(FEATURES, hidden, CLASSES);
        Random random = new Random(seed);
        float[] values = new float[net.parameterCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Model.of(Parameters.of(net, values));
    }

    private static Dataset samples(int count) {
        Random random = new Random(5);
        float[] pixels = new float[count * FEATURES];
        int[] labels = new int[count];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        for (int i = 0; i < count; i++) {
            labels[i] = i % 10 == 9 ? -100 : random.nextInt(CLASSES);
        }
        return Dataset.ofFloats(pixels, FEATURES, labels);
    }

    @Test
    void itsProbabilitiesAreTheMeanAndItIsMeasuredByThem() {
        try (Model one = model(1, 5);
                Model two = model(2, 13);
                Model three = model(3, 1);
                Dataset data = samples(103)) {
            Ensemble all = Ensemble.of(List.of(one, two, three));
            float[] mean = all.probabilities(data);
            assertEquals(103 * CLASSES, mean.length);
            double loss = 0;
            int right = 0;
            int counted = 0;
            for (int i = 0; i < data.size(); i++) {
                float[] sample = data.sample(i);
                double[] expected = new double[CLASSES];
                for (Model model : List.of(one, two, three)) {
                    float[] probabilities = model.probabilities(sample);
                    for (int c = 0; c < CLASSES; c++) {
                        expected[c] += probabilities[c] / 3.0;
                    }
                }
                int best = 0;
                for (int c = 0; c < CLASSES; c++) {
                    assertEquals(expected[c], mean[i * CLASSES + c], 1e-6);
                    best = expected[c] > expected[best] ? c : best;
                }
                assertArrayEquals(
                        new float[] {mean[3 * i], mean[3 * i + 1], mean[3 * i + 2]}, all.probabilities(sample), 1e-6f);
                if (data.label(i) >= 0) {
                    counted++;
                    loss -= Math.log(expected[data.label(i)]);
                    right += best == data.label(i) ? 1 : 0;
                }
            }
            Evaluation evaluation = all.evaluate(data);
            assertEquals(counted, evaluation.counted());
            assertEquals(loss / counted, evaluation.loss(), 1e-6);
            assertEquals(right, evaluation.correct());
            assertEquals(evaluation.accuracy(), all.metrics(data).accuracy());
            assertEquals(counted, all.metrics(data).counted());
        }
    }

    @Test
    void oneAloneAnswersAsItself() {
        try (Model one = model(1, 5);
                Dataset data = samples(31)) {
            Ensemble alone = Ensemble.of(List.of(one));
            assertEquals(one.evaluate(data).accuracy(), alone.evaluate(data).accuracy());
            assertEquals(one.evaluate(data).loss(), alone.evaluate(data).loss(), 1e-6);
            assertArrayEquals(one.probabilities(data.sample(3)), alone.probabilities(data.sample(3)));
        }
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        Mlp wide = Mlp.of(FEATURES, 2, CLASSES + 1);
        try (Model one = model(1, 5);
                Model other = Model.of(Parameters.of(wide, new float[wide.parameterCount()]));
                Model values = Model.of(one.parameters(), Placement.CPU, ModelInfo.NONE.withTask(Task.VALUES))) {
            assertThrows(IllegalArgumentException.class, () -> Ensemble.of(List.of()));
            assertThrows(IllegalArgumentException.class, () -> Ensemble.of(List.of(one, other)));
            assertThrows(IllegalArgumentException.class, () -> Ensemble.of(List.of(one, values)));
        }
    }
}
