package dev.mnistnative.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.metrics.Confusion;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ModelTest {
    private static final Mlp SHAPE = Mlp.of(7, 5, 3);
    private static final double SCALE = 1.0 / 255;

    private final Parameters parameters = Parameters.initial(SHAPE, 1);
    private final Model model = Model.of(parameters);

    @AfterEach
    void close() {
        model.close();
    }

    private static byte[] bytes(int samples) {
        byte[] pixels = new byte[samples * SHAPE.features()];
        new Random(5).nextBytes(pixels);
        return pixels;
    }

    private static float[] scaled(byte[] pixels) {
        float[] values = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            values[i] = (float) ((pixels[i] & 0xff) * SCALE);
        }
        return values;
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** The net in double precision, by hand. */
    private double[] expected(float[] pixels, int sample) {
        double[] values = new double[SHAPE.features()];
        for (int i = 0; i < values.length; i++) {
            values[i] = pixels[sample * SHAPE.features() + i];
        }
        for (int l = 0; l < SHAPE.layers(); l++) {
            float[] weight = parameters.weight(l);
            float[] bias = parameters.bias(l);
            double[] out = new double[SHAPE.fanOut(l)];
            for (int o = 0; o < out.length; o++) {
                out[o] = bias[o];
                for (int i = 0; i < values.length; i++) {
                    out[o] += weight[o * values.length + i] * values[i];
                }
                out[o] = l + 1 < SHAPE.layers() ? Math.max(0, out[o]) : out[o];
            }
            values = out;
        }
        return values;
    }

    /** A missing value was answered as if all were well: 0 of the largest of NaNs. */
    @Test
    void numbersThatAreNotFiniteAreRefused() {
        float[] values = new float[2 * 3];
        FloatBuffer logits =
                ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder()).asFloatBuffer();
        try (Model model = Model.of(Parameters.initial(Mlp.of(3, 2), 0))) {
            for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                values[5] = wrong;
                String place = ", feature 2 is " + wrong + ", but a net takes finite numbers";
                FloatBuffer direct = ByteBuffer.allocateDirect(24)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer()
                        .put(values)
                        .flip();
                float[] sample = {0, 0, wrong};
                for (Executable use : List.<Executable>of(
                        () -> model.probabilities(values),
                        () -> model.logits(values),
                        () -> model.logits(direct, logits),
                        () -> model.predict(sample),
                        () -> model.topK(sample, 1))) {
                    String message =
                            assertThrows(IllegalArgumentException.class, use).getMessage();
                    assertTrue(message.contains(place), message);
                }
            }
            values[5] = Float.MAX_VALUE;
            assertEquals(4, model.logits(values).length);
        }
    }

    @Test
    void logitsAreThoseOfTheNet() {
        float[] pixels = scaled(bytes(11));
        float[] logits = model.logits(pixels);
        assertEquals(11 * 3, logits.length);
        for (int i = 0; i < 11; i++) {
            double[] wanted = expected(pixels, i);
            for (int c = 0; c < 3; c++) {
                assertEquals(wanted[c], logits[i * 3 + c], 1e-6);
            }
        }
    }

    @Test
    void everyWayInGivesTheSameBits() {
        byte[] bytes = bytes(31);
        float[] wanted = model.logits(scaled(bytes));
        assertArrayEquals(wanted, model.logits(bytes, SCALE));

        FloatBuffer pixels = direct(bytes.length + 2).position(2);
        pixels.put(scaled(bytes)).position(2);
        FloatBuffer logits = direct(wanted.length + 5).position(4);
        model.logits(pixels, logits);
        assertEquals(2, pixels.position());
        assertEquals(4, logits.position());
        float[] found = new float[wanted.length];
        logits.get(found);
        assertArrayEquals(wanted, found);
        assertEquals(0, logits.get(), "what lies behind is not touched");

        ByteBuffer raw = ByteBuffer.allocateDirect(bytes.length + 3).position(3).put(bytes);
        FloatBuffer again = direct(wanted.length);
        model.logits(raw.position(3).asReadOnlyBuffer(), SCALE, again);
        again.get(found);
        assertArrayEquals(wanted, found);
    }

    @Test
    void probabilitiesAndTopKFollowTheLogits() {
        float[] pixels = scaled(bytes(1));
        float[] logits = model.logits(pixels);
        float[] probabilities = model.probabilities(pixels);
        double sum = Math.exp(logits[0]) + Math.exp(logits[1]) + Math.exp(logits[2]);
        for (int c = 0; c < 3; c++) {
            assertEquals(Math.exp(logits[c]) / sum, probabilities[c], 1e-6);
        }
        List<Model.Prediction> top = model.topK(pixels, 3);
        assertEquals(model.predict(pixels), top.get(0).label());
        assertEquals(model.predict(bytes(1)), top.get(0).label());
        assertTrue(top.get(0).probability() >= top.get(1).probability());
        assertTrue(top.get(1).probability() >= top.get(2).probability());
        assertEquals(probabilities[top.get(2).label()], top.get(2).probability());
    }

    @Test
    void everyDoorPreparesSamplesTheSameWay() {
        byte[] bytes = bytes(5);
        float[] floats = new float[bytes.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = bytes[i] * 0.01f;
        }
        double[] mean = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
        double[] std = {1, 2, 3, 0.1, 0.5, 0.6, 0.7};
        for (Scaling scaling : List.of(Scaling.byType(), Scaling.bytes(0.01), Scaling.all(0.01))) {
            Preprocessing scaled = Preprocessing.NONE.withScaling(scaling);
            for (Preprocessing each : List.of(scaled, scaled.withStandardizer(Standardizer.of(mean, std)))) {
                try (Model prepared = Model.of(parameters, Placement.CPU, ModelInfo.NONE.withPreprocessing(each))) {
                    assertSameAnswers(prepared, Dataset.ofBytes(bytes, 7, null), prepared.probabilities(bytes));
                    assertSameAnswers(prepared, Dataset.ofFloats(floats, 7, null), prepared.probabilities(floats));
                    byte[] sample = Arrays.copyOf(bytes, 7);
                    float[] likely = Arrays.copyOf(prepared.probabilities(bytes), 3);
                    int best = ArgMax.of(likely, 0, 3);
                    assertEquals(best, prepared.predict(sample));
                    assertEquals(
                            new Model.Prediction(best, likely[best]),
                            prepared.topK(sample, 1).get(0));
                    float[] values = Arrays.copyOf(floats, 7);
                    assertEquals(
                            prepared.predict(values),
                            prepared.topK(values, 2).get(0).label());
                }
            }
        }
    }

    /** The net itself sees the same numbers, whether the model or the caller prepares the data set. */
    private void assertSameAnswers(Model prepared, Dataset samples, float[] probabilities) {
        try (samples;
                Dataset seen = prepared.info().preprocessing().apply(samples)) {
            float[] raw = new float[5 * 7];
            for (int i = 0; i < 5; i++) {
                System.arraycopy(seen.sample(i), 0, raw, i * 7, 7);
            }
            assertArrayEquals(model.probabilities(raw), probabilities);
        }
    }

    @Test
    void aModelIsEvaluatedOnSamplesAsTheyCome() {
        byte[] bytes = bytes(40);
        int[] labels = new int[40];
        Arrays.setAll(labels, i -> i % 3);
        Standardizer standardizer = Standardizer.of(new double[7], new double[] {1, 2, 3, 4, 5, 6, 7});
        ModelInfo info = ModelInfo.NONE.withPreprocessing(
                Preprocessing.NONE.withScaling(Scaling.bytes(0.5)).withStandardizer(standardizer));
        try (Model prepared = Model.of(parameters, Placement.CPU, info);
                Dataset raw = Dataset.ofBytes(bytes, 7, labels);
                Dataset seen = info.preprocessing().apply(raw)) {
            assertEquals(model.evaluate(seen).loss(), prepared.evaluate(raw).loss());
            assertEquals(40, raw.size(), "it is still open");
        }
    }

    @Test
    void aSavedModelKeepsEverything(@TempDir Path folder) throws IOException {
        ModelInfo info = ModelInfo.NONE
                .withPreprocessing(Preprocessing.NONE.withScaling(Scaling.all(2)))
                .withClassNames("a", "b", "c");
        try (Model kept = Model.of(parameters, Placement.CPU, info)) {
            assertEquals(parameters, kept.parameters());
            for (String name : List.of("m.safetensors", "m.onnx")) {
                kept.save(folder.resolve(name));
                try (Model loaded = Model.load(folder.resolve(name))) {
                    assertEquals(parameters, loaded.parameters());
                    assertEquals(info, loaded.info());
                    assertArrayEquals(kept.probabilities(bytes(3)), loaded.probabilities(bytes(3)));
                }
            }
            kept.save(folder.resolve("m.npz"));
            assertThrows(IllegalArgumentException.class, () -> kept.save(folder.resolve("m.pt")));
        }
    }

    @Test
    void softmaxBearsHugeLogits() {
        assertArrayEquals(
                new float[] {0.5f, 0, 0.5f, 0, 1, 0},
                Softmax.rows(new float[] {1e4f, -1e4f, 1e4f, -1e4f, 1e4f, 0}, 3),
                1e-7f);
    }

    @Test
    void evaluationCountsRightly() {
        byte[] pixels = bytes(2500); // more than two blocks
        int[] labels = new int[2500];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 5 == 4 ? -100 : i % 3;
        }
        Dataset samples = Dataset.ofBytes(pixels, 7, labels);
        Evaluation evaluation = model.evaluate(samples);
        int[] predictions = model.predictions(samples);
        int[][] confusion = new int[3][3];
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < labels.length; i++) {
            double[] logits = expected(scaled(pixels), i);
            int best = logits[0] >= logits[1] ? (logits[0] >= logits[2] ? 0 : 2) : (logits[1] >= logits[2] ? 1 : 2);
            assertEquals(best, predictions[i]);
            if (labels[i] >= 0) {
                confusion[labels[i]][best]++;
                correct += best == labels[i] ? 1 : 0;
                loss += Math.log(Math.exp(logits[0]) + Math.exp(logits[1]) + Math.exp(logits[2])) - logits[labels[i]];
            }
        }
        assertEquals(2000, evaluation.counted());
        assertEquals(correct, evaluation.correct());
        assertEquals(correct / 2000.0, evaluation.accuracy());
        assertEquals(loss / 2000, evaluation.loss(), 1e-6);
        assertEquals(evaluation.loss(), evaluation.objective());
        Confusion counted = evaluation.confusion().orElseThrow();
        assertArrayEquals(confusion, counted.matrix().orElseThrow());
        int predicted = confusion[0][1] + confusion[1][1] + confusion[2][1];
        assertEquals((double) confusion[1][1] / predicted, counted.precision(1));
        int there = confusion[1][0] + confusion[1][1] + confusion[1][2];
        assertEquals((double) confusion[1][1] / there, counted.recall(1));
    }

    @Test
    void wrongArgumentsAreToldByName() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> model.logits(new float[8]))
                .getMessage()
                .contains("7 features"));
        assertThrows(IllegalArgumentException.class, () -> model.logits(new float[0]));
        assertThrows(IllegalArgumentException.class, () -> model.predict(new float[14]));
        assertThrows(IllegalArgumentException.class, () -> model.topK(new float[7], 4));
        assertThrows(IllegalArgumentException.class, () -> model.logits(new byte[7], Double.NaN));
        FloatBuffer heap = FloatBuffer.allocate(7);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> model.logits(heap, direct(3)))
                .getMessage()
                .contains("direct"));
        assertThrows(IllegalArgumentException.class, () -> model.logits(direct(7), direct(2)));
        assertThrows(
                IllegalArgumentException.class,
                () -> model.logits(direct(7), direct(3).asReadOnlyBuffer()));
        FloatBuffer swapped = ByteBuffer.allocateDirect(28)
                .order(
                        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                                ? ByteOrder.BIG_ENDIAN
                                : ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThrows(IllegalArgumentException.class, () -> model.logits(swapped, direct(3)));
        Dataset wide = Dataset.ofBytes(new byte[8], 8, new int[] {0});
        assertThrows(IllegalArgumentException.class, () -> model.evaluate(wide));
        Dataset foreign = Dataset.ofBytes(new byte[7], 7, new int[] {3});
        assertThrows(IllegalArgumentException.class, () -> model.evaluate(foreign));
    }

    @Test
    void useAfterCloseFailsFast() {
        assertTrue(model.nativeBytes() > 0);
        model.close();
        model.close();
        assertEquals(0, model.nativeBytes());
        assertEquals(
                "model is closed",
                assertThrows(IllegalStateException.class, () -> model.logits(new float[7]))
                        .getMessage());
    }

    /** Many threads at once get the right bits; a close amid them is refused or comes after, and never crashes. */
    @Test
    void manyThreadsAndACloseAmidThem() throws Exception {
        float[] pixels = scaled(bytes(64));
        float[] wanted = model.logits(pixels);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<Integer>> users = new ArrayList<>();
        AtomicBoolean pauses = new AtomicBoolean();
        for (int t = 0; t < 4; t++) {
            users.add(pool.submit(() -> {
                for (int calls = 0; ; calls++) {
                    try {
                        assertArrayEquals(wanted, model.logits(pixels));
                    } catch (IllegalStateException closed) {
                        return calls;
                    }
                    if (pauses.get()) {
                        Thread.sleep(1);
                    }
                }
            }));
        }
        Thread.sleep(200);
        long begun = System.nanoTime();
        boolean closed = false;
        while (!closed) {
            try {
                model.close();
                closed = true;
            } catch (IllegalStateException busy) {
                assertTrue(busy.getMessage().contains("another thread"), busy.getMessage());
                // with more threads than cores somebody may be inside at every moment, for minutes
                pauses.set(System.nanoTime() - begun > 500_000_000);
            }
        }
        for (Future<Integer> user : users) {
            assertTrue(user.get(10, TimeUnit.SECONDS) > 0);
        }
        pool.shutdownNow();
    }
}
