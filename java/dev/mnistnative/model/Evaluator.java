package dev.mnistnative.model;

import dev.mnistnative.binding.NativeEvaluation;
import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelEvaluation;
import dev.mnistnative.net.internal.NativeSamples;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/** Runs a model over a data set, and counts who is taken for whom. */
final class Evaluator {
    private Evaluator() {}

    /**
     * @param data what the net itself sees
     * @throws IllegalArgumentException if features or labels do not fit the net
     */
    static ModelEvaluation evaluate(NativeModel model, Mlp net, Dataset data) {
        if (data.features() != net.features()) {
            throw new IllegalArgumentException("the data has " + data.features() + " features a sample, but the net "
                    + net + " takes " + net.features());
        }
        IntBuffer labels = data.labels();
        IntBuffer predictions = ByteBuffer.allocateDirect(Math.multiplyExact(data.size(), Integer.BYTES))
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        NativeEvaluation sums = model.evaluate(NativeSamples.of(data), 0, data.size(), data.ignoreIndex(), predictions);
        int[][] confusion = new int[net.classes()][net.classes()];
        int[] predicted = new int[data.size()];
        predictions.get(0, predicted);
        for (int i = 0; i < predicted.length; i++) {
            int label = labels.get(labels.position() + i);
            if (label != data.ignoreIndex()) {
                confusion[label][predicted[i]]++;
            }
        }
        return new ModelEvaluation(
                Math.toIntExact(sums.counted()),
                sums.lossSum() / sums.counted(),
                Math.toIntExact(sums.correct()),
                confusion,
                predicted);
    }
}
