package dev.mnistnative.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against what scikit-learn says of the same outputs and truths (tests/golden/make_metrics.py). */
class MetricsTest {
    private static final double CLOSE = 1e-12;

    private static JsonNode golden;

    @BeforeAll
    static void read() throws IOException {
        golden = new ObjectMapper()
                .readTree(Path.of("tests", "golden", "metrics.json").toFile());
    }

    private static float[] floats(JsonNode numbers) {
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers.get(i).doubleValue();
            assertEquals(numbers.get(i).doubleValue(), values[i], "the golden inputs are float32");
        }
        return values;
    }

    private static int[] whole(JsonNode numbers) {
        int[] values = new int[numbers.size()];
        Arrays.setAll(values, i -> numbers.get(i).intValue());
        return values;
    }

    /** null stands for NaN. */
    private static void same(JsonNode expected, double actual, String what) {
        assertEquals(expected.isNull() ? Double.NaN : expected.doubleValue(), actual, CLOSE, what);
    }

    private static void sameEach(JsonNode expected, IntToDoubleFunction actual, String what) {
        assertTrue(expected.size() > 0, what);
        for (int i = 0; i < expected.size(); i++) {
            same(expected.get(i), actual.applyAsDouble(i), what + " " + i);
        }
    }

    @Test
    void classesAreAsScikitLearnHasThem() {
        JsonNode all = golden.get("classes");
        float[] logits = floats(all.get("logits"));
        int[] labels = whole(all.get("labels"));
        int classes = all.get("classes").intValue();
        ClassMetrics made = ClassMetrics.of(logits, labels, classes, -100);
        same(all.get("accuracy"), made.accuracy(), "accuracy");
        sameEach(all.get("precision"), made.confusion()::precision, "precision");
        sameEach(all.get("recall"), made.confusion()::recall, "recall");
        sameEach(all.get("f1"), made.confusion()::f1, "F1");
        same(all.get("macro_f1"), made.confusion().macroF1(), "macro-F1");
        same(all.get("mcc"), made.confusion().matthews(), "MCC");
        sameEach(all.get("roc_auc_of_each"), made::rocAuc, "ROC AUC of");
        same(all.get("roc_auc"), made.rocAuc(), "ROC AUC");
        sameEach(all.get("top"), k -> made.topAccuracy(k + 1), "top-k");
        assertEquals(1, made.topAccuracy(classes + 1));
        same(all.get("ece"), made.calibration().expectedError(), "ECE");
        assertEquals(labels.length, made.counted());
    }

    @Test
    void partsComeToTheSameBitsAsTheWhole() {
        JsonNode all = golden.get("classes");
        float[] logits = floats(all.get("logits"));
        int[] labels = whole(all.get("labels"));
        int classes = all.get("classes").intValue();
        ClassMetrics whole = ClassMetrics.of(logits, labels, classes, -100);
        ClassMetrics.Builder builder = new ClassMetrics.Builder(classes, -100);
        for (int first = 0; first < labels.length; first += 7) {
            int end = Math.min(labels.length, first + 7);
            builder.add(
                    Arrays.copyOfRange(logits, first * classes, end * classes), Arrays.copyOfRange(labels, first, end));
        }
        ClassMetrics parts = builder.build();
        assertEquals(whole.rocAuc(), parts.rocAuc());
        assertEquals(whole.calibration().expectedError(), parts.calibration().expectedError());
        assertEquals(whole.topAccuracy(2), parts.topAccuracy(2));
    }

    @Test
    void ignoredSamplesCountForNothing() {
        float[] logits = {2, 1, 0, 3, 5, 0, 1, 1};
        ClassMetrics made = ClassMetrics.of(logits, new int[] {0, -1, 1, 1}, 2, -1);
        assertEquals(3, made.counted());
        assertEquals(1 / 3.0, made.accuracy(), "of equal logits the first is taken");
        assertEquals(1 / 3.0, made.topAccuracy(1));
        assertEquals(
                0.75, ClassMetrics.of(logits, new int[] {0, 1, 0, 1}, 2, -1).accuracy());
    }

    @Test
    void whatCannotBeSaidIsNaN() {
        ClassMetrics one = ClassMetrics.of(new float[] {1, 0, 2, 0}, new int[] {0, 0}, 2, -100);
        assertEquals(Double.NaN, one.rocAuc());
        assertEquals(Double.NaN, one.confusion().matthews());
        assertEquals(Double.NaN, one.confusion().f1(1));
        assertEquals(1, one.confusion().macroF1());
        ClassMetrics none = ClassMetrics.of(new float[] {1, 0}, new int[] {-100}, 2, -100);
        assertEquals(Double.NaN, none.accuracy());
        assertEquals(Double.NaN, none.calibration().expectedError());
        assertEquals(Double.NaN, none.confusion().macroF1());
        assertEquals(Double.NaN, none.rocAuc());
        assertEquals(
                Double.NaN,
                ValueMetrics.of(new float[] {1, 2}, new float[] {3, 3}, 1).r2());
        assertEquals(
                Double.NaN,
                ValueMetrics.of(new float[] {3, 3}, new float[] {3, 3}, 1).r2OfAll());
        assertEquals(Double.NaN, new ValueMetrics.Builder(2).build().mse());
        assertEquals(
                Double.NaN,
                LabelMetrics.of(new float[] {-1}, new float[] {0}, 1).microF1());
    }

    @Test
    void labelsAreAsScikitLearnHasThem() {
        JsonNode all = golden.get("labels");
        LabelMetrics made = LabelMetrics.of(
                floats(all.get("logits")),
                floats(all.get("targets")),
                all.get("labels").intValue());
        sameEach(all.get("accuracy_of_each"), made::accuracy, "accuracy of");
        same(all.get("accuracy"), made.accuracy(), "accuracy");
        same(all.get("exact_match"), made.exactMatch(), "exact match");
        sameEach(all.get("f1"), made::f1, "F1");
        same(all.get("micro_f1"), made.microF1(), "micro-F1");
        same(all.get("macro_f1"), made.macroF1(), "macro-F1");
        sameEach(all.get("roc_auc_of_each"), made::rocAuc, "ROC AUC of");
        same(all.get("roc_auc"), made.rocAuc(), "ROC AUC");
    }

    @Test
    void valuesAreAsScikitLearnHasThem() {
        JsonNode all = golden.get("values");
        ValueMetrics made = ValueMetrics.of(
                floats(all.get("predictions")),
                floats(all.get("targets")),
                all.get("outputs").intValue());
        sameEach(all.get("mse_of_each"), made::mse, "MSE of");
        same(all.get("mse"), made.mse(), "MSE");
        sameEach(all.get("mae_of_each"), made::mae, "MAE of");
        same(all.get("mae"), made.mae(), "MAE");
        sameEach(all.get("r2_of_each"), made::r2, "R2 of");
        same(all.get("r2"), made.r2(), "R2");
        same(all.get("r2_of_all"), made.r2OfAll(), "R2 of all");
    }

    @Test
    void theCurveGoesFromNothingToAllAndItsAreaIsTheSteps() {
        RocCurve curve =
                RocCurve.of(new double[] {0.9, 0.8, 0.7, 0.7, 0.1}, new boolean[] {true, false, true, false, false});
        assertArrayEquals(new double[] {0, 0, 1 / 3.0, 2 / 3.0, 1}, curve.falsePositiveRates());
        assertArrayEquals(new double[] {0, 0.5, 0.5, 1, 1}, curve.truePositiveRates());
        assertEquals(4.5 / 6, curve.area());
    }

    @Test
    void aLongCurveIsThinnedOutButItsAreaIsExact() {
        int count = 100_000;
        double[] scores = new double[count];
        boolean[] positive = new boolean[count];
        for (int i = 0; i < count; i++) {
            scores[i] = i * 7919L % count;
            positive[i] = i % 2 == 0;
        }
        long inOrder = 0;
        long negatives = 0;
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[(int) scores[i]] = i;
        }
        for (int i : order) {
            inOrder += positive[i] ? negatives : 0;
            negatives += positive[i] ? 0 : 1;
        }
        RocCurve curve = RocCurve.of(scores, positive);
        assertEquals(inOrder / 2.5e9, curve.area());
        assertTrue(curve.falsePositiveRates().length < 520, "points: " + curve.falsePositiveRates().length);
        assertEquals(1, curve.truePositiveRates()[curve.truePositiveRates().length - 1]);
    }

    @Test
    void tooManyScoresLeaveOutTheCurvesAlone() {
        int classes = 4096;
        ClassMetrics.Builder builder = new ClassMetrics.Builder(classes, -100);
        float[] logits = new float[classes];
        logits[5] = 1;
        for (int i = 0; i <= RocCurve.MOST_SCORES / classes; i++) {
            builder.add(logits, new int[] {5});
        }
        ClassMetrics made = builder.build();
        assertEquals(List.of(), made.rocCurves());
        assertEquals(Double.NaN, made.rocAuc(5));
        assertEquals(1, made.accuracy());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused("5 logits", () -> ClassMetrics.of(new float[5], new int[2], 3, -100));
        refused("label 3", () -> ClassMetrics.of(new float[3], new int[] {3}, 3, -100));
        refused("whole samples of 2", () -> ValueMetrics.of(new float[3], new float[3], 2));
        refused("4 outputs and 2 targets", () -> LabelMetrics.of(new float[4], new float[2], 2));
        refused("2 scores for 1", () -> RocCurve.of(new double[2], new boolean[1]));
    }

    private static void refused(String part, Runnable use) {
        String message = assertThrows(IllegalArgumentException.class, use::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}
