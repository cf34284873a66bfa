package dev.mnistnative.spark;

import org.apache.spark.ml.linalg.Vector;

/**
 * Setters of the parameters of training.
 *
 * @param <E> the estimator, which each setter returns
 */
public interface NativeSetters<E> extends NativeParams {
    /** The estimator itself. */
    E self();

    /** Sizes from the features to the outputs; not set by default. */
    default E setLayers(int... value) {
        set(layers(), value);
        return self();
    }

    /** Outputs of each hidden layer, where {@link #layers} is not set; default 312, 256. */
    default E setHiddenLayers(int... value) {
        set(hiddenLayers(), value);
        return self();
    }

    /** After the hidden layers; default relu. */
    default E setActivation(String value) {
        set(activation(), value);
        return self();
    }

    /** Share of each hidden layer's outputs that a step drops; default 0. */
    default E setDropout(double value) {
        set(dropout(), value);
        return self();
    }

    /** Share of the features that a step drops; default 0. */
    default E setInputDropout(double value) {
        set(inputDropout(), value);
        return self();
    }

    /** Epochs; default 20. */
    default E setMaxIter(int value) {
        set(maxIter(), value);
        return self();
    }

    /** Rows a step; default 320. */
    default E setBatchSize(int value) {
        set(batchSize(), value);
        return self();
    }

    /** Whether each epoch has an order of its own; default true. */
    default E setShuffle(boolean value) {
        set(shuffle(), value);
        return self();
    }

    /** Seed of initial weights, orders and dropout; default 0. */
    default E setSeed(long value) {
        set(seed(), value);
        return self();
    }

    /** adam, adamw or sgd; default adam. */
    default E setOptimizer(String value) {
        set(optimizer(), value);
        return self();
    }

    /** Learning rate; default 0.001. */
    default E setStepSize(double value) {
        set(stepSize(), value);
        return self();
    }

    /** PyTorch's weight_decay; default 0. */
    default E setWeightDecay(double value) {
        set(weightDecay(), value);
        return self();
    }

    /** Of sgd; default 0. */
    default E setMomentum(double value) {
        set(momentum(), value);
        return self();
    }

    /** Decay of the first moment of adam and adamw; default 0.9. */
    default E setBeta1(double value) {
        set(beta1(), value);
        return self();
    }

    /** Decay of the second moment of adam and adamw; default 0.999. */
    default E setBeta2(double value) {
        set(beta2(), value);
        return self();
    }

    /** constant, step or cosine; default constant. */
    default E setSchedule(String value) {
        set(schedule(), value);
        return self();
    }

    /** Epochs between two changes of schedule step; default 10. */
    default E setScheduleEpochs(int value) {
        set(scheduleEpochs(), value);
        return self();
    }

    /** Factor of schedule step; default 0.1. */
    default E setScheduleGamma(double value) {
        set(scheduleGamma(), value);
        return self();
    }

    /** Learning rate that schedule cosine goes down to; default 0. */
    default E setScheduleMin(double value) {
        set(scheduleMin(), value);
        return self();
    }

    /** Steps of linear warm-up; by default a tenth of all, at most an epoch, where several shards multiply the rate. */
    default E setWarmupSteps(int value) {
        set(warmupSteps(), value);
        return self();
    }

    /** float32 or bf16; default float32. */
    default E setPrecision(String value) {
        set(precision(), value);
        return self();
    }

    /** What computes on the executor; default cpu. */
    default E setDevice(String value) {
        set(device(), value);
        return self();
    }

    /** Processor threads of a task; default 0, which is spark.task.cpus. */
    default E setThreads(int value) {
        set(threads(), value);
        return self();
    }

    /** Epochs without a better validation loss after which training ends; default 0, never. */
    default E setEarlyStopping(int value) {
        set(earlyStopping(), value);
        return self();
    }

    /** Column of how much a row counts; not set by default. */
    default E setWeightCol(String value) {
        set(weightCol(), value);
        return self();
    }

    /** Boolean column of the rows to validate on; not set by default. */
    default E setValidationIndicatorCol(String value) {
        set(validationIndicatorCol(), value);
        return self();
    }

    /** Weights to begin with; not set by default. */
    default E setInitialWeights(Vector value) {
        set(initialWeights(), value);
        return self();
    }

    /** Tasks that train side by side; default 1. */
    default E setNumWorkers(int value) {
        set(numWorkers(), value);
        return self();
    }

    /** Parts of the rows that are trained on by themselves between two averages; not set: numWorkers. */
    default E setNumShards(int value) {
        set(numShards(), value);
        return self();
    }

    /** Steps between two averages of all shards; default 32. */
    default E setSyncSteps(int value) {
        set(syncSteps(), value);
        return self();
    }

    /** Whether stepSize is multiplied by the shards; default true. */
    default E setScaleLearningRate(boolean value) {
        set(scaleLearningRate(), value);
        return self();
    }

    /** Seconds without a byte after which a task gives the others up; default 120. */
    default E setSyncTimeout(int value) {
        set(syncTimeout(), value);
        return self();
    }

    /** driver or barrier, which takes a second more; default driver. */
    default E setRendezvous(String value) {
        set(rendezvous(), value);
        return self();
    }

    /** Folder in which a fit keeps what it needs to go on; not set by default. */
    default E setCheckpointPath(String value) {
        set(checkpointPath(), value);
        return self();
    }

    /** Averages between two checkpoints; default 10. */
    default E setCheckpointInterval(int value) {
        set(checkpointInterval(), value);
        return self();
    }
}
