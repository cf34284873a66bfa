package dev.mnistnative.model;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.metrics.ClassMetrics;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Task;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Models of the same classes that answer together, by the mean of their probabilities: nets that differ by their seeds
 * alone are right together more often than each. Any number of threads may use it at once. The models stay the
 * caller's, who closes them.
 */
public final class Ensemble {
    private final List<Model> models;

    private Ensemble(List<Model> models) {
        this.models = models;
    }

    /** @throws IllegalArgumentException if there are none, or they do not have the same classes and features */
    public static Ensemble of(List<Model> models) {
        if (models.isEmpty()) {
            throw new IllegalArgumentException("an ensemble needs one model at least");
        }
        Model first = models.get(0);
        for (Model model : models) {
            if (model.info().task() != Task.CLASSES) {
                throw new IllegalArgumentException("an ensemble is of models of classes, but the outputs of "
                        + model.net() + " are " + model.info().task());
            }
            if (model.net().classes() != first.net().classes()
                    || model.net().features() != first.net().features()
                    || !model.info().classNames().equals(first.info().classNames())) {
                throw new IllegalArgumentException("models of an ensemble have the same features and classes, but "
                        + model.net() + " is not to be averaged with " + first.net());
            }
        }
        return new Ensemble(List.copyOf(models));
    }

    /** [count, classes] mean probabilities of samples as they come, one or many: {@link Model#probabilities}. */
    public float[] probabilities(float[] samples) {
        return mean(model -> model.probabilities(samples));
    }

    /** The same of bytes. */
    public float[] probabilities(byte[] samples) {
        return mean(model -> model.probabilities(samples));
    }

    /** [data.size(), classes] mean probabilities of a data set's samples. */
    public float[] probabilities(Dataset data) {
        return mean(model -> Softmax.rows(model.outputs(data), model.net().classes()));
    }

    private float[] mean(Function<Model, float[]> each) {
        double[] sums = null;
        for (Model model : models) { // one at a time, in their order: the same bits each time
            float[] values = each.apply(model);
            sums = sums == null ? new double[values.length] : sums;
            for (int i = 0; i < values.length; i++) {
                sums[i] += values[i];
            }
        }
        float[] mean = new float[sums.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sums[i] / models.size());
        }
        return mean;
    }

    /** How right they are together. */
    public ClassMetrics metrics(Dataset data) {
        return metrics(data, probabilities(data));
    }

    private ClassMetrics metrics(Dataset data, float[] probabilities) {
        float[] logits = new float[probabilities.length]; // whose softmax is the mean again
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(Math.max(probabilities[i], Float.MIN_VALUE));
        }
        return ClassMetrics.of(logits, labels(data), models.get(0).net().classes(), data.ignoreIndex());
    }

    /**
     * Loss and accuracy on a data set with labels; the loss is the cross-entropy of the mean probabilities. Samples
     * with the data set's ignore_index count for nothing.
     */
    public Evaluation evaluate(Dataset data) {
        float[] probabilities = probabilities(data);
        ClassMetrics metrics = metrics(data, probabilities);
        int[] labels = labels(data);
        int classes = models.get(0).net().classes();
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != data.ignoreIndex()) {
                sum -= Math.log(Math.max(probabilities[i * classes + labels[i]], Float.MIN_VALUE));
            }
        }
        double loss = sum / metrics.counted();
        return new Evaluation(loss, loss, metrics.accuracy(), metrics.counted(), Optional.of(metrics.confusion()));
    }

    private static int[] labels(Dataset data) {
        IntBuffer labels = data.labels();
        int[] copy = new int[labels.remaining()];
        labels.get(copy);
        return copy;
    }
}
