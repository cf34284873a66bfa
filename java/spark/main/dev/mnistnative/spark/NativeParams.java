package dev.mnistnative.spark;

import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * The parameters of training and their values, under {@code MultilayerPerceptronClassifier}'s names where they mean the
 * same. Of a model they are those that it was trained with.
 */
public interface NativeParams extends Params {
    /** Where the parameters are kept. */
    TrainingParams trainingParams();

    /** Sizes from the features to the outputs; not set by default. */
    default IntArrayParam layers() {
        return trainingParams().layers;
    }

    /** Outputs of each hidden layer, where {@link #layers} is not set; default 312, 256. */
    default IntArrayParam hiddenLayers() {
        return trainingParams().hiddenLayers;
    }

    /** After the hidden layers; default relu. */
    default Param<String> activation() {
        return trainingParams().activation;
    }

    /** Share of each hidden layer's outputs that a step drops; default 0. */
    default DoubleParam dropout() {
        return trainingParams().dropout;
    }

    /** Share of the features that a step drops; default 0. */
    default DoubleParam inputDropout() {
        return trainingParams().inputDropout;
    }

    /** Epochs; default 20. */
    default IntParam maxIter() {
        return trainingParams().maxIter;
    }

    /** Rows a step; default 320. */
    default IntParam batchSize() {
        return trainingParams().batchSize;
    }

    /** Whether each epoch has an order of its own; default true. */
    default BooleanParam shuffle() {
        return trainingParams().shuffle;
    }

    /** Seed of initial weights, orders and dropout; default 0. */
    default LongParam seed() {
        return trainingParams().seed;
    }

    /** adam, adamw or sgd; default adam. */
    default Param<String> optimizer() {
        return trainingParams().optimizer;
    }

    /** Learning rate; default 0.001. */
    default DoubleParam stepSize() {
        return trainingParams().stepSize;
    }

    /** PyTorch's weight_decay; default 0. */
    default DoubleParam weightDecay() {
        return trainingParams().weightDecay;
    }

    /** Of sgd; default 0. */
    default DoubleParam momentum() {
        return trainingParams().momentum;
    }

    /** Decay of the first moment of adam and adamw; default 0.9. */
    default DoubleParam beta1() {
        return trainingParams().beta1;
    }

    /** Decay of the second moment of adam and adamw; default 0.999. */
    default DoubleParam beta2() {
        return trainingParams().beta2;
    }

    /** constant, step or cosine; default constant. */
    default Param<String> schedule() {
        return trainingParams().schedule;
    }

    /** Epochs between two changes of schedule step; default 10. */
    default IntParam scheduleEpochs() {
        return trainingParams().scheduleEpochs;
    }

    /** Factor of schedule step; default 0.1. */
    default DoubleParam scheduleGamma() {
        return trainingParams().scheduleGamma;
    }

    /** Learning rate that schedule cosine goes down to; default 0. */
    default DoubleParam scheduleMin() {
        return trainingParams().scheduleMin;
    }

    /** Steps of linear warm-up; default 0. */
    default IntParam warmupSteps() {
        return trainingParams().warmupSteps;
    }

    /** float32, bf16, or of a model int8; default float32. */
    default Param<String> precision() {
        return trainingParams().precision;
    }

    /** What computes on the executor; default cpu. */
    default Param<String> device() {
        return trainingParams().device;
    }

    /** Processor threads of a task; default 0, which is spark.task.cpus. */
    default IntParam threads() {
        return trainingParams().threads;
    }

    /** Epochs without a better validation loss after which training ends; default 0, never. */
    default IntParam earlyStopping() {
        return trainingParams().earlyStopping;
    }

    /** Column of how much a row counts; not set by default. */
    default Param<String> weightCol() {
        return trainingParams().weightCol;
    }

    /** Boolean column of the rows to validate on; not set by default. */
    default Param<String> validationIndicatorCol() {
        return trainingParams().validationIndicatorCol;
    }

    /** Weights to begin with; not set by default. */
    default Param<Vector> initialWeights() {
        return trainingParams().initialWeights;
    }

    /** Tasks that train side by side; default 1. */
    default IntParam numWorkers() {
        return trainingParams().numWorkers;
    }

    /** Parts of the rows that are trained on by themselves between two averages; not set: numWorkers. */
    default IntParam numShards() {
        return trainingParams().numShards;
    }

    /** Steps between two averages of all shards; default 32. */
    default IntParam syncSteps() {
        return trainingParams().syncSteps;
    }

    /** Whether stepSize is multiplied by the shards; default true. */
    default BooleanParam scaleLearningRate() {
        return trainingParams().scaleLearningRate;
    }

    /** Seconds without a byte after which a task gives the others up; default 120. */
    default IntParam syncTimeout() {
        return trainingParams().syncTimeout;
    }

    /** Where workers learn each other's addresses: driver, or barrier, which takes a second; default driver. */
    default Param<String> rendezvous() {
        return trainingParams().rendezvous;
    }

    /** Folder in which a fit keeps what it needs to go on; not set by default. */
    default Param<String> checkpointPath() {
        return trainingParams().checkpointPath;
    }

    /** Averages between two checkpoints; default 10. */
    default IntParam checkpointInterval() {
        return trainingParams().checkpointInterval;
    }

    /** The value of {@link #layers}. */
    default int[] getLayers() {
        return getOrDefault(layers());
    }

    /** The value of {@link #hiddenLayers}. */
    default int[] getHiddenLayers() {
        return getOrDefault(hiddenLayers());
    }

    /** The value of {@link #activation}. */
    default String getActivation() {
        return getOrDefault(activation());
    }

    /** The value of {@link #dropout}. */
    default double getDropout() {
        return (Double) getOrDefault(dropout());
    }

    /** The value of {@link #inputDropout}. */
    default double getInputDropout() {
        return (Double) getOrDefault(inputDropout());
    }

    /** The value of {@link #maxIter}. */
    default int getMaxIter() {
        return (Integer) getOrDefault(maxIter());
    }

    /** The value of {@link #batchSize}. */
    default int getBatchSize() {
        return (Integer) getOrDefault(batchSize());
    }

    /** The value of {@link #shuffle}. */
    default boolean getShuffle() {
        return (Boolean) getOrDefault(shuffle());
    }

    /** The value of {@link #seed}. */
    default long getSeed() {
        return (Long) getOrDefault(seed());
    }

    /** The value of {@link #optimizer}. */
    default String getOptimizer() {
        return getOrDefault(optimizer());
    }

    /** The value of {@link #stepSize}. */
    default double getStepSize() {
        return (Double) getOrDefault(stepSize());
    }

    /** The value of {@link #weightDecay}. */
    default double getWeightDecay() {
        return (Double) getOrDefault(weightDecay());
    }

    /** The value of {@link #momentum}. */
    default double getMomentum() {
        return (Double) getOrDefault(momentum());
    }

    /** The value of {@link #beta1}. */
    default double getBeta1() {
        return (Double) getOrDefault(beta1());
    }

    /** The value of {@link #beta2}. */
    default double getBeta2() {
        return (Double) getOrDefault(beta2());
    }

    /** The value of {@link #schedule}. */
    default String getSchedule() {
        return getOrDefault(schedule());
    }

    /** The value of {@link #scheduleEpochs}. */
    default int getScheduleEpochs() {
        return (Integer) getOrDefault(scheduleEpochs());
    }

    /** The value of {@link #scheduleGamma}. */
    default double getScheduleGamma() {
        return (Double) getOrDefault(scheduleGamma());
    }

    /** The value of {@link #scheduleMin}. */
    default double getScheduleMin() {
        return (Double) getOrDefault(scheduleMin());
    }

    /** The value of {@link #warmupSteps}, if it is set. */
    default int getWarmupSteps() {
        return (Integer) getOrDefault(warmupSteps());
    }

    /** The value of {@link #precision}. */
    default String getPrecision() {
        return getOrDefault(precision());
    }

    /** The value of {@link #device}. */
    default String getDevice() {
        return getOrDefault(device());
    }

    /** The value of {@link #threads}. */
    default int getThreads() {
        return (Integer) getOrDefault(threads());
    }

    /** The value of {@link #earlyStopping}. */
    default int getEarlyStopping() {
        return (Integer) getOrDefault(earlyStopping());
    }

    /** The value of {@link #weightCol}. */
    default String getWeightCol() {
        return getOrDefault(weightCol());
    }

    /** The value of {@link #validationIndicatorCol}. */
    default String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    /** The value of {@link #initialWeights}. */
    default Vector getInitialWeights() {
        return getOrDefault(initialWeights());
    }

    /** The value of {@link #numWorkers}. */
    default int getNumWorkers() {
        return (Integer) getOrDefault(numWorkers());
    }

    /** The value of {@link #numShards}. */
    default int getNumShards() {
        return (Integer) getOrDefault(numShards());
    }

    /** The value of {@link #syncSteps}. */
    default int getSyncSteps() {
        return (Integer) getOrDefault(syncSteps());
    }

    /** The value of {@link #scaleLearningRate}. */
    default boolean getScaleLearningRate() {
        return (Boolean) getOrDefault(scaleLearningRate());
    }

    /** The value of {@link #syncTimeout}. */
    default int getSyncTimeout() {
        return (Integer) getOrDefault(syncTimeout());
    }

    /** The value of {@link #rendezvous}. */
    default String getRendezvous() {
        return getOrDefault(rendezvous());
    }

    /** The value of {@link #checkpointPath}. */
    default String getCheckpointPath() {
        return getOrDefault(checkpointPath());
    }

    /** The value of {@link #checkpointInterval}. */
    default int getCheckpointInterval() {
        return (Integer) getOrDefault(checkpointInterval());
    }
}
