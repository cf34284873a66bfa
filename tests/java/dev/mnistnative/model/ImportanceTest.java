package dev.mnistnative.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.SampleOrder;
import dev.mnistnative.metrics.LabelMetrics;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.net.Task;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImportanceTest {
    private static final int SAMPLES = 700;
    private static final int FEATURES = 6;
    private static final Mlp NET = Mlp.of(FEATURES, 8, 3);

    private final float[] values = numbers(SAMPLES * FEATURES, 1);
    private final int[] labels = labels();

    /** Features 0 … 4 are of many values, feature 5 is always 0.5. */
    private static float[] numbers(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i % FEATURES == 5 ? 0.5f : random.nextInt(9) - 4;
        }
        return values;
    }

    private static int[] labels() {
        int[] labels = new Random(2).ints(SAMPLES, 0, 3).toArray();
        for (int i = 0; i < SAMPLES; i += 10) {
            labels[i] = -100;
        }
        return labels;
    }

    private static Model model(Task task, int threads) {
        Placement where = new Placement(Device.cpu(), Precision.FLOAT32, threads, "auto");
        return Model.of(Parameters.initial(NET, 4), where, ModelInfo.NONE.withTask(task));
    }

    /** The values with some features dealt anew as the task says, over the samples of these numbers. */
    private float[] permuted(int[] samples, int[] features, long seed, int task) {
        float[] changed = values.clone();
        int[] order = SampleOrder.shuffled(samples.length, seed, task);
        for (int i = 0; i < samples.length; i++) {
            for (int f : features) {
                changed[samples[i] * FEATURES + f] = values[samples[order[i]] * FEATURES + f];
            }
        }
        return changed;
    }

    private int[] counted() {
        int[] all = new int[SAMPLES];
        Arrays.setAll(all, i -> i);
        return Arrays.stream(all).filter(i -> labels[i] != -100).toArray();
    }

    @Test
    void ofClassesItIsWhatIsLostOfTheAccuracy() {
        try (Model model = model(Task.CLASSES, 1);
                Dataset data = Dataset.ofFloats(values, FEATURES, labels)) {
            Importance made = Importance.permutation(model, data, 3, 9);
            double accuracy = model.evaluate(data).accuracy();
            assertEquals(accuracy, made.baseline(), 1e-15);
            assertEquals(630, made.samples());
            for (int f = 0; f < FEATURES; f++) {
                double sum = 0;
                for (int r = 0; r < 3; r++) {
                    float[] changed = permuted(counted(), new int[] {f}, 9, 3 * f + r);
                    try (Dataset others = Dataset.ofFloats(changed, FEATURES, labels)) {
                        sum += accuracy - model.evaluate(others).accuracy();
                    }
                }
                assertEquals(sum / 3, made.mean(f), 1e-12, "feature " + f);
            }
            assertEquals(0, made.mean(5));
            assertEquals(0, made.deviation(5));
            assertTrue(
                    made.mean(made.ranking().get(0)) >= made.mean(made.ranking().get(5)));
        }
    }

    @Test
    void ofValuesItIsWhatTheErrorRisesByAndOfLabelsWhatIsLostOfThem() {
        float[] targets = new float[SAMPLES * 3];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = i % 7 < 3 ? 1 : 0;
        }
        int[] all = new int[SAMPLES];
        Arrays.setAll(all, i -> i);
        List<Importance.Group> pair = List.of(new Importance.Group("both", new int[] {1, 3}));
        float[] changed = permuted(all, new int[] {1, 3}, -5, 0);
        try (Model ofValues = model(Task.VALUES, 1);
                Model ofLabels = model(Task.MULTI_LABEL, 1);
                Dataset data = Dataset.ofFloats(values, FEATURES, null).withTargets(targets, 3);
                Dataset others = Dataset.ofFloats(changed, FEATURES, null).withTargets(targets, 3)) {
            Importance made = Importance.permutation(ofValues, data, pair, 1, -5);
            double before = ((ValueMetrics) ofValues.metrics(data)).mse();
            assertEquals(before, made.baseline(), 1e-12);
            assertEquals(((ValueMetrics) ofValues.metrics(others)).mse() - before, made.mean(0), 1e-12);
            assertEquals(Double.NaN, made.deviation(0));
            assertEquals(Importance.Measure.SQUARED_ERROR, made.measure());
            Importance labelled = Importance.permutation(ofLabels, data, pair, 1, -5);
            double right = ((LabelMetrics) ofLabels.metrics(data)).accuracy();
            assertEquals(right - ((LabelMetrics) ofLabels.metrics(others)).accuracy(), labelled.mean(0), 1e-12);
            float[] each = labelled.ofFeatures(FEATURES);
            assertArrayEquals(new float[] {0, each[1], 0, each[1], 0, 0}, each);
        }
    }

    @Test
    void theSameSeedGivesTheSameBitsForAnyThreadsAndAnotherOthers() {
        try (Model one = model(Task.CLASSES, 1);
                Model three = model(Task.CLASSES, 3);
                Dataset data = Dataset.ofFloats(values, FEATURES, labels)) {
            Importance first = Importance.permutation(one, data);
            Importance second = Importance.permutation(three, data);
            assertEquals(Importance.REPEATS, first.repeats());
            boolean differs = false;
            Importance other = Importance.permutation(one, data, Importance.REPEATS, 1);
            for (int f = 0; f < FEATURES; f++) {
                assertEquals(first.mean(f), second.mean(f));
                assertEquals(first.deviation(f), second.deviation(f));
                differs |= first.mean(f) != other.mean(f);
            }
            assertTrue(differs);
        }
    }

    @Test
    void bytesAreTakenAsTheModelTakesThem() {
        byte[] bytes = new byte[SAMPLES * FEATURES];
        new Random(8).nextBytes(bytes);
        float[] unit = new float[bytes.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) ((bytes[i] & 0xff) * (1 / 255.0));
        }
        try (Model model = model(Task.CLASSES, 1);
                Dataset ofBytes = Dataset.ofBytes(bytes, FEATURES, labels);
                Dataset ofFloats = Dataset.ofFloats(unit, FEATURES, labels)) {
            Importance made = Importance.permutation(model, ofBytes, 1, 0);
            assertEquals(Importance.permutation(model, ofFloats, 1, 0).mean(0), made.mean(0));
            assertNotEquals(0, made.mean(made.ranking().get(0)));
        }
    }

    @Test
    void patchesCoverThePictureOnce() {
        List<Importance.Group> patches = Importance.patches(5, 3, 2);
        assertEquals(6, patches.size());
        assertArrayEquals(new int[] {2, 3, 7, 8}, patches.get(1).features());
        assertArrayEquals(new int[] {14}, patches.get(5).features());
        assertEquals("row 2, column 4", patches.get(5).name());
        int[] all = patches.stream()
                .flatMapToInt(p -> Arrays.stream(p.features()))
                .sorted()
                .toArray();
        int[] expected = new int[15];
        Arrays.setAll(expected, i -> i);
        assertArrayEquals(expected, all);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        List<Importance.Group> beyond = List.of(new Importance.Group("g", new int[] {6}));
        try (Model model = model(Task.CLASSES, 1);
                Dataset data = Dataset.ofFloats(values, FEATURES, labels);
                Dataset narrow = Dataset.ofFloats(new float[4], 2, new int[2]);
                Dataset ignored = Dataset.ofFloats(new float[6], FEATURES, new int[] {-100})) {
            refused("repeats is 0", () -> Importance.permutation(model, data, 0, 0));
            refused("holds feature 6", () -> Importance.permutation(model, data, beyond, 1, 0));
            refused("2 features a sample", () -> Importance.permutation(model, narrow));
            refused("none of the samples counts", () -> Importance.permutation(model, ignored));
            refused("no features", () -> new Importance.Group("none", new int[0]));
            refused("no patches of side 0", () -> Importance.patches(3, 3, 0));
        }
    }

    private static void refused(String part, Runnable use) {
        String message = assertThrows(IllegalArgumentException.class, use::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}
