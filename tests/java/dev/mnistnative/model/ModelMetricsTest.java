package dev.mnistnative.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.metrics.ClassMetrics;
import dev.mnistnative.metrics.LabelMetrics;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Task;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a model says of a data set is what the metrics say of its outputs, whatever its outputs are. */
class ModelMetricsTest {
    private static final int SAMPLES = 20_000; // more than are computed at once
    private static final Mlp NET = Mlp.of(5, 9, 3);

    private static Model model(Task task) {
        return Model.of(Parameters.initial(NET, 4), Placement.CPU, ModelInfo.NONE.withTask(task));
    }

    private static float[] numbers(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Dataset data() {
        int[] labels = new Random(1).ints(SAMPLES, 0, 3).toArray();
        return Dataset.ofFloats(numbers(SAMPLES * 5, 2), 5, labels);
    }

    @Test
    void outputsAreTheLogitsOfEverySample() {
        try (Model model = model(Task.CLASSES);
                Dataset data = data();
                Dataset bytes = Dataset.ofBytes(new byte[] {1, 2, 3, 4, (byte) 255}, 5, null)) {
            assertArrayEquals(model.logits(numbers(SAMPLES * 5, 2)), model.outputs(data));
            assertArrayEquals(model.logits(new byte[] {1, 2, 3, 4, (byte) 255}, 1 / 255.0), model.outputs(bytes));
        }
    }

    @Test
    void classesAreJudgedByLabels() {
        try (Model model = model(Task.CLASSES);
                Dataset data = data()) {
            int[] labels = new int[SAMPLES];
            data.labels().get(labels);
            ClassMetrics expected = ClassMetrics.of(model.outputs(data), labels, 3, -100);
            ClassMetrics metrics = (ClassMetrics) model.metrics(data);
            assertEquals(expected.rocAuc(), metrics.rocAuc());
            assertEquals(model.evaluate(data).accuracy(), metrics.accuracy());
            assertEquals(SAMPLES, metrics.counted());
        }
    }

    @Test
    void labelsAndValuesAreJudgedByTargets() {
        float[] targets = numbers(SAMPLES * 3, 6);
        try (Model labels = model(Task.MULTI_LABEL);
                Model values = model(Task.VALUES);
                Dataset data = data().withTargets(targets, 3)) {
            LabelMetrics ofLabels = (LabelMetrics) labels.metrics(data);
            assertEquals(LabelMetrics.of(labels.outputs(data), targets, 3).rocAuc(1), ofLabels.rocAuc(1));
            assertEquals(SAMPLES, ofLabels.counted());
            ValueMetrics ofValues = (ValueMetrics) values.metrics(data);
            assertEquals(ValueMetrics.of(values.outputs(data), targets, 3).r2(), ofValues.r2());
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (Model model = model(Task.VALUES);
                Dataset without = data();
                Dataset two = data().withTargets(new float[SAMPLES * 2], 2);
                Dataset wide = Dataset.ofFloats(new float[6], 6, null)) {
            assertThrows(IllegalStateException.class, () -> model.metrics(without));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> model.metrics(two))
                    .getMessage()
                    .contains("2 targets a sample"));
            assertThrows(IllegalArgumentException.class, () -> model.outputs(wide));
        }
    }
}
