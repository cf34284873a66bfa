package dev.mnistnative.model;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.internal.ArgMax;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Task;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.stream.IntStream;

/** How right a net's outputs are for one sample of a data set, whose mean is the accuracy or the mean squared error. */
interface SampleScore {
    /** By what the outputs are. */
    static SampleScore of(Task task, Mlp net, Dataset data) {
        return task == Task.CLASSES ? new OfClasses(net, data) : new OfTargets(task, net, data);
    }

    /** What it is the mean of. */
    Importance.Measure measure();

    /** The samples that count, ascending. */
    int[] counted();

    /** @param outputs of the net for the sample, from start on */
    double of(int sample, float[] outputs, int start);

    /** 1 for the right class. */
    final class OfClasses implements SampleScore {
        private final int classes;
        private final IntBuffer labels;
        private final int[] counted;

        private OfClasses(Mlp net, Dataset data) {
            classes = net.classes();
            labels = data.labels();
            if (data.classes() > classes) {
                throw new IllegalArgumentException(
                        "the data has " + data.classes() + " classes, but the net " + net + " has " + classes);
            }
            counted = IntStream.range(0, data.size())
                    .filter(i -> labels.get(i) != data.ignoreIndex())
                    .toArray();
        }

        @Override
        public Importance.Measure measure() {
            return Importance.Measure.ACCURACY;
        }

        @Override
        public int[] counted() {
            return counted;
        }

        @Override
        public double of(int sample, float[] outputs, int start) {
            return ArgMax.of(outputs, start, classes) == labels.get(sample) ? 1 : 0;
        }
    }

    /** The share of right labels, or the mean squared error of the values. */
    final class OfTargets implements SampleScore {
        private final boolean labels;
        private final int outputCount;
        private final FloatBuffer targets;
        private final int samples;

        private OfTargets(Task task, Mlp net, Dataset data) {
            labels = task == Task.MULTI_LABEL;
            outputCount = net.classes();
            targets = data.targets();
            samples = data.size();
            if (data.outputs() != outputCount) {
                throw new IllegalArgumentException("the data has " + data.outputs() + " targets a sample, but the net "
                        + net + " has " + outputCount + " outputs");
            }
        }

        @Override
        public Importance.Measure measure() {
            return labels ? Importance.Measure.ACCURACY : Importance.Measure.SQUARED_ERROR;
        }

        @Override
        public int[] counted() {
            return IntStream.range(0, samples).toArray();
        }

        @Override
        public double of(int sample, float[] outputs, int start) {
            double sum = 0;
            for (int o = 0; o < outputCount; o++) {
                double target = targets.get(sample * outputCount + o);
                double output = outputs[start + o];
                sum += labels ? (output > 0 == target > 0.5 ? 1 : 0) : (output - target) * (output - target);
            }
            return sum / outputCount;
        }
    }
}
