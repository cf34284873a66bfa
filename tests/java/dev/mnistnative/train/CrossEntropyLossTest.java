package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CrossEntropyLossTest {
    private static final double[][] LOGITS = {{0.2, 0.1, -0.1}, {1, 2, 3}};

    @Test
    void theArticlesExample() {
        double value = CrossEntropyLoss.DEFAULT.value(new double[][] {{0.2, 0.1, -0.1}}, new int[] {0});
        assertEquals("0.9729", String.format(java.util.Locale.ROOT, "%.4f", value));
    }

    @Test
    void reductionsWeightsAndIgnoredLabels() {
        double first = Math.log(Math.exp(0.2) + Math.exp(0.1) + Math.exp(-0.1)) - 0.1;
        double second = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 3;
        int[] labels = {1, 2};
        CrossEntropyLoss loss = CrossEntropyLoss.DEFAULT.withClassWeights(1, 2, 0.5f);
        assertArrayEquals(
                new double[] {2 * first, 0.5 * second},
                loss.withReduction(Reduction.NONE).values(LOGITS, labels),
                1e-12);
        assertEquals(2 * first + 0.5 * second, loss.withReduction(Reduction.SUM).value(LOGITS, labels), 1e-12);
        assertEquals((2 * first + 0.5 * second) / 2.5, loss.value(LOGITS, labels), 1e-12);
        assertEquals(second, CrossEntropyLoss.DEFAULT.value(LOGITS, new int[] {-100, 2}), 1e-12);
        assertEquals(first, CrossEntropyLoss.DEFAULT.withIgnoreIndex(2).value(LOGITS, labels), 1e-12);
        assertTrue(Double.isNaN(CrossEntropyLoss.DEFAULT.value(LOGITS, new int[] {-100, -100})));
        double smooth = (Math.exp(1) + Math.exp(2) + Math.exp(3));
        double expected = 0.9 * second + 0.1 * (Math.log(smooth) - 2);
        assertEquals(
                expected, CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1).value(LOGITS, new int[] {-100, 2}), 1e-12);
    }

    @Test
    void wrongArgumentsAreRefused() {
        CrossEntropyLoss loss = CrossEntropyLoss.DEFAULT;
        assertThrows(IllegalArgumentException.class, () -> loss.value(LOGITS, new int[] {0}));
        assertThrows(IllegalArgumentException.class, () -> loss.value(LOGITS, new int[] {0, 3}));
        assertThrows(IllegalArgumentException.class, () -> loss.value(new double[][] {{1, 2}, {1}}, new int[] {0, 0}));
        assertThrows(
                IllegalArgumentException.class,
                () -> loss.withClassWeights(1, 1).value(LOGITS, new int[] {0, 0}));
        assertThrows(
                IllegalArgumentException.class,
                () -> loss.withReduction(Reduction.NONE).value(LOGITS, new int[] {0, 0}));
    }

    @Test
    void itIsAValue() {
        float[] weights = {1, 2};
        CrossEntropyLoss loss = CrossEntropyLoss.DEFAULT.withClassWeights(weights);
        weights[0] = 5;
        loss.classWeights()[1] = 5;
        assertArrayEquals(new float[] {1, 2}, loss.classWeights());
        assertEquals(loss, CrossEntropyLoss.DEFAULT.withClassWeights(1, 2));
        assertEquals(
                loss.hashCode(), CrossEntropyLoss.DEFAULT.withClassWeights(1, 2).hashCode());
        assertNotEquals(loss, CrossEntropyLoss.DEFAULT);
    }
}
