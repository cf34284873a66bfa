package dev.mnistnative.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.report.files.EvaluationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfusionTest {
    private static final int[] LABELS = {0, 0, 1, -100, 2};
    private static final int[] PREDICTIONS = {0, 1, 1, 1, 0};

    @Test
    void pairsAndSharesAreCounted() {
        Confusion confusion = new Confusion(4, LABELS, PREDICTIONS, -100);
        assertArrayEquals(
                new int[][] {{1, 1, 0, 0}, {0, 1, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}},
                confusion.matrix().orElseThrow());
        assertEquals(2, confusion.samples(0));
        assertEquals(0.5, confusion.precision(0));
        assertEquals(0.5, confusion.recall(0));
        assertEquals(Double.NaN, confusion.precision(2));
        assertEquals(0, confusion.recall(2));
        assertEquals(Double.NaN, confusion.recall(3));
    }

    @Test
    void manyClassesHaveNoMatrixButAllElse() throws IOException {
        int classes = 30_000; // whose matrix would take 3.6 GB
        Confusion confusion = new Confusion(classes, LABELS, PREDICTIONS, -100);
        assertEquals(Optional.empty(), confusion.matrix());
        assertEquals(0.5, confusion.precision(0));
        ClassMetrics metrics = ClassMetrics.of(new float[2 * classes], new int[] {0, 1}, classes, -100);
        EvaluationReport report = EvaluationReport.of(
                new Evaluation(1, 1, 0.5, 2, Optional.of(metrics.confusion())), metrics, ModelInfo.NONE);
        StringWriter text = new StringWriter();
        report.text(new PrintWriter(text, true));
        assertTrue(text.toString().contains("\nconfusion matrix: left out, there are more than 1000 classes\n"));
        StringWriter json = new StringWriter();
        report.json(new PrintWriter(json, true));
        assertTrue(json.toString().contains(",\"confusion_matrix\":null,"));
    }
}
