package dev.mnistnative.spark;

import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Task;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;

/**
 * The order of the weights in {@code MultilayerPerceptronClassifier}: each layer's weight matrix column by column, then
 * its bias; PyTorch's, and ours, is row by row. Its nets have sigmoids between the layers.
 */
final class MlpcWeights {
    /** Between the layers. */
    static final String ACTIVATION = "sigmoid";

    private MlpcWeights() {}

    /**
     * In our order.
     *
     * @throws IllegalArgumentException if there are more or fewer than the layers have
     */
    static Vector toOurs(int[] layers, Vector theirs) {
        double[] from = theirs.toArray();
        long count = 0;
        for (int layer = 1; layer < layers.length; layer++) {
            count += ((long) layers[layer - 1] + 1) * layers[layer];
        }
        if (count != from.length) {
            throw new IllegalArgumentException("initialWeights has " + from.length + " values, but the layers have "
                    + count + " weights and biases");
        }
        double[] into = new double[from.length];
        int at = 0;
        for (int layer = 1; layer < layers.length; layer++) {
            int inputs = layers[layer - 1];
            int outputs = layers[layer];
            for (int out = 0; out < outputs; out++) {
                for (int in = 0; in < inputs; in++) {
                    into[at + out * inputs + in] = from[at + in * outputs + out];
                }
            }
            at += inputs * outputs;
            System.arraycopy(from, at, into, at, outputs);
            at += outputs;
        }
        return Vectors.dense(into);
    }

    /** Spark's net as a model file of ours. */
    static byte[] file(int[] layers, Vector theirs) {
        Mlp net = Mlp.of(layers).withActivations(layers.length == 2 ? "relu" : ACTIVATION);
        double[] wide = toOurs(layers, theirs).toArray();
        float[] values = new float[wide.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) wide[i];
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            new SavedModel(Parameters.of(net, values), ModelInfo.NONE.withTask(Task.CLASSES))
                    .write(file, ModelFormat.SAFETENSORS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }
}
