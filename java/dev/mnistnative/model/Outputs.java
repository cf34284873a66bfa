package dev.mnistnative.model;

import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.metrics.ClassMetrics;
import dev.mnistnative.metrics.LabelMetrics;
import dev.mnistnative.metrics.Metrics;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** A net's outputs over a data set, part by part, so that no more than a part is in memory twice. */
final class Outputs {
    private static final int VALUES_AT_ONCE = 1 << 20;
    private static final int MOST_ROWS = 8192;

    private final NativeModel model;
    private final Mlp net;
    private final Dataset data;
    private final int rowsAtOnce;
    private final FloatBuffer direct;

    /** Takes the outputs of samples [first, first + values.length / outputs). */
    @FunctionalInterface
    interface Part {
        void take(int first, float[] values);
    }

    /**
     * @param data what the net itself sees
     * @throws IllegalArgumentException if the features do not fit the net
     */
    Outputs(NativeModel model, Mlp net, Dataset data) {
        if (data.features() != net.features()) {
            throw new IllegalArgumentException("the data has " + data.features() + " features a sample, but the net "
                    + net + " takes " + net.features());
        }
        this.model = model;
        this.net = net;
        this.data = data;
        int largest = Math.max(net.features(), net.classes());
        rowsAtOnce = Math.min(data.size(), Math.max(1, Math.min(MOST_ROWS, VALUES_AT_ONCE / largest)));
        direct = ByteBuffer.allocateDirect(Math.multiplyExact(rowsAtOnce * net.classes(), Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Hands all parts over, in their order. */
    void forEach(Part part) {
        for (int first = 0; first < data.size(); first += rowsAtOnce) {
            int rows = Math.min(rowsAtOnce, data.size() - first);
            ByteBuffer pixels = data.pixels(first, rows);
            if (data.pixelType() == PixelType.UINT8) {
                model.logits(pixels, data.scale(), rows, direct);
            } else {
                model.logits(pixels.asFloatBuffer(), rows, direct);
            }
            float[] values = new float[rows * net.classes()];
            direct.get(0, values);
            part.take(first, values);
        }
    }

    /** [size, outputs] of them all. */
    float[] all() {
        float[] all = new float[InferenceArguments.logits(data.size(), net)];
        forEach((first, values) -> System.arraycopy(values, 0, all, first * net.classes(), values.length));
        return all;
    }

    /**
     * How right they are.
     *
     * @throws IllegalStateException if the data does not have what such outputs are held against
     */
    Metrics metrics(Task task) {
        return switch (task) {
            case CLASSES -> ofClasses();
            case MULTI_LABEL -> {
                LabelMetrics.Builder labels = new LabelMetrics.Builder(net.classes());
                FloatBuffer targets = targets();
                forEach((first, values) -> labels.add(values, next(targets, values.length)));
                yield labels.build();
            }
            case VALUES -> {
                ValueMetrics.Builder sums = new ValueMetrics.Builder(net.classes());
                FloatBuffer targets = targets();
                forEach((first, values) -> sums.add(values, next(targets, values.length)));
                yield sums.build();
            }
        };
    }

    private ClassMetrics ofClasses() {
        ClassMetrics.Builder classes = new ClassMetrics.Builder(net.classes(), data.ignoreIndex());
        IntBuffer labels = data.labels();
        forEach((first, values) -> {
            int[] truths = new int[values.length / net.classes()];
            labels.get(first, truths);
            classes.add(values, truths);
        });
        return classes.build();
    }

    private FloatBuffer targets() {
        if (data.outputs() != net.classes() && data.hasTargets()) {
            throw new IllegalArgumentException("the data has " + data.outputs() + " targets a sample, but the net "
                    + net + " has " + net.classes() + " outputs");
        }
        return data.targets();
    }

    private static float[] next(FloatBuffer targets, int count) {
        float[] values = new float[count];
        targets.get(values);
        return values;
    }
}
