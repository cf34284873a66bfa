package dev.mnistnative.model;

import dev.mnistnative.binding.NativeEvaluation;
import dev.mnistnative.binding.NativeLoss;
import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.metrics.Confusion;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Task;
import dev.mnistnative.net.internal.NativeSamples;
import java.util.Optional;

/** What comes of running a model over a data set. */
final class Evaluator {
    private final Mlp net;
    private final Task task;
    private final Dataset data;
    private final NativeEvaluation sums;
    private final int[] predictions;

    private Evaluator(Mlp net, Task task, Dataset data, NativeEvaluation sums, int[] predictions) {
        this.net = net;
        this.task = task;
        this.data = data;
        this.sums = sums;
        this.predictions = predictions;
    }

    /**
     * Runs the model.
     *
     * @param data what the net itself sees
     * @throws IllegalArgumentException if features, labels or targets do not fit the net
     */
    static Evaluator over(NativeModel model, Mlp net, Task task, Dataset data) {
        if (data.features() != net.features()) {
            throw new IllegalArgumentException("the data has " + data.features() + " features a sample, but the net "
                    + net + " takes " + net.features());
        }
        int[] predicted = task == Task.CLASSES ? new int[data.size()] : null;
        NativeEvaluation sums = model.evaluate(NativeSamples.of(data), 0, data.size(), loss(task, data), predicted);
        return new Evaluator(net, task, data, sums, predicted);
    }

    /** What outputs of that kind are measured by, whatever they were trained with. */
    private static NativeLoss loss(Task task, Dataset data) {
        return switch (task) {
            case CLASSES -> NativeLoss.crossEntropy(null, data.ignoreIndex(), 0, NativeLoss.MEAN);
            case MULTI_LABEL -> NativeLoss.targets(NativeLoss.BCE, 0, null);
            case VALUES -> NativeLoss.targets(NativeLoss.MSE, 0, null);
        };
    }

    /** [data.size()] the class that the model takes each sample for, ignored ones included. */
    int[] predictions() {
        return predictions;
    }

    /** A model minimises nothing: its objective is the loss. Of classes it is counted who is taken for whom. */
    Evaluation evaluation() {
        double loss = sums.lossSum() / sums.counted();
        if (task != Task.CLASSES) {
            double labels = (double) sums.counted() * net.classes();
            return new Evaluation(
                    loss,
                    loss,
                    task == Task.MULTI_LABEL ? sums.correct() / labels : Double.NaN,
                    sums.absoluteErrorSum() / sums.counted(),
                    sums.squaredErrorSum() / sums.counted(),
                    sums.counted(),
                    Optional.empty());
        }
        int[] labels = new int[data.size()];
        data.labels().get(labels);
        Confusion confusion = new Confusion(net.classes(), labels, predictions, data.ignoreIndex());
        double accuracy = (double) sums.correct() / sums.counted();
        return new Evaluation(loss, loss, accuracy, sums.counted(), Optional.of(confusion));
    }
}
