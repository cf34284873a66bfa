package dev.mnistnative.model;

import dev.mnistnative.binding.NativeLibrary;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.PixelType;
import dev.mnistnative.net.ModelEvaluation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** Runs a model over a data set, block by block. */
final class Evaluator {
    private static final int BLOCK = 1024;
    private static final int NO_REDUCTION = 0;

    private final Model model;
    private final Dataset data;
    private final int classes;
    private final IntBuffer labels;
    private final ByteBuffer pixels;
    private final FloatBuffer logits;
    private final int[][] confusion;
    private final int[] predictions;
    private double lossSum;
    private int counted;
    private int correct;

    private Evaluator(Model model, Dataset data) {
        this.model = model;
        this.data = data;
        classes = model.net().classes();
        labels = data.labels();
        pixels = data.pixels();
        logits = ByteBuffer.allocateDirect(Math.multiplyExact(BLOCK * Float.BYTES, classes))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        confusion = new int[classes][classes];
        predictions = new int[data.size()];
    }

    static ModelEvaluation evaluate(Model model, Dataset data) {
        if (data.features() != model.net().features()) {
            throw new IllegalArgumentException("the data has " + data.features() + " features a sample, but the net "
                    + model.net() + " takes " + model.net().features());
        }
        Evaluator evaluator = new Evaluator(model, data);
        for (int first = 0; first < data.size(); first += BLOCK) {
            evaluator.block(first, Math.min(BLOCK, data.size() - first));
        }
        return evaluator.result();
    }

    private void block(int first, int count) {
        predict(first, count);
        double[] values = new double[count * classes];
        int[] truths = new int[count];
        float[] row = new float[classes];
        for (int i = 0; i < count; i++) {
            logits.get(i * classes, row);
            for (int c = 0; c < classes; c++) {
                values[i * classes + c] = row[c];
            }
            truths[i] = labels.get(first + i);
            predictions[first + i] = Softmax.argmax(row, 0, classes);
        }
        double[] losses =
                NativeLibrary.crossEntropy(values, truths, classes, null, data.ignoreIndex(), 0, NO_REDUCTION);
        for (int i = 0; i < count; i++) {
            if (truths[i] != data.ignoreIndex()) {
                count(truths[i], predictions[first + i], losses[i]);
            }
        }
    }

    private void predict(int first, int count) {
        int sampleBytes = data.features() * data.pixelType().bytes();
        ByteBuffer block =
                pixels.slice(first * sampleBytes, count * sampleBytes).order(ByteOrder.nativeOrder());
        if (data.pixelType() == PixelType.UINT8) {
            model.logits(block, data.scale(), logits);
        } else {
            model.logits(block.asFloatBuffer(), logits);
        }
    }

    private void count(int truth, int prediction, double loss) {
        lossSum += loss;
        counted++;
        confusion[truth][prediction]++;
        correct += truth == prediction ? 1 : 0;
    }

    private ModelEvaluation result() {
        return new ModelEvaluation(counted, lossSum / counted, correct, confusion, predictions);
    }
}
