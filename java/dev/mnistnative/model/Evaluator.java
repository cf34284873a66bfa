package dev.mnistnative.model;

import dev.mnistnative.binding.NativeEvaluation;
import dev.mnistnative.binding.NativeModel;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.metrics.Confusion;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.internal.NativeSamples;
import java.util.Optional;

/** What comes of running a model over a data set. */
final class Evaluator {
    private final Mlp net;
    private final Dataset data;
    private final NativeEvaluation sums;
    private final int[] predictions;

    private Evaluator(Mlp net, Dataset data, NativeEvaluation sums, int[] predictions) {
        this.net = net;
        this.data = data;
        this.sums = sums;
        this.predictions = predictions;
    }

    /**
     * Runs the model.
     *
     * @param data what the net itself sees
     * @throws IllegalArgumentException if features or labels do not fit the net
     */
    static Evaluator over(NativeModel model, Mlp net, Dataset data) {
        if (data.features() != net.features()) {
            throw new IllegalArgumentException("the data has " + data.features() + " features a sample, but the net "
                    + net + " takes " + net.features());
        }
        int[] predicted = new int[data.size()];
        NativeEvaluation sums = model.evaluate(NativeSamples.of(data), 0, data.size(), data.ignoreIndex(), predicted);
        return new Evaluator(net, data, sums, predicted);
    }

    /** [data.size()] the class that the model takes each sample for, ignored ones included. */
    int[] predictions() {
        return predictions;
    }

    /** Counts who is taken for whom. A model minimises nothing: its objective is the loss. */
    Evaluation evaluation() {
        int[] labels = new int[data.size()];
        data.labels().get(labels);
        Confusion confusion = new Confusion(net.classes(), labels, predictions, data.ignoreIndex());
        double loss = sums.lossSum() / sums.counted();
        double accuracy = (double) sums.correct() / sums.counted();
        return new Evaluation(loss, loss, accuracy, sums.counted(), Optional.of(confusion));
    }
}
