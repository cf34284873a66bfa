package dev.mnistnative.spark;

import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.net.Task;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.AdamW;
import dev.mnistnative.train.BceWithLogitsLoss;
import dev.mnistnative.train.CrossEntropyLoss;
import dev.mnistnative.train.LearningRateSchedule;
import dev.mnistnative.train.Loss;
import dev.mnistnative.train.Optimizer;
import dev.mnistnative.train.Sgd;
import dev.mnistnative.train.TrainingSettings;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All that a task must know to train: plain values, which travel from the driver. */
final class TrainingPlan implements Serializable {
    private static final long serialVersionUID = 1;

    /** What the learning rate, the momentum and so on are. */
    private record Steps(String optimizer, double rate, double weightDecay, double momentum, double beta1, double beta2)
            implements Serializable {
        Optimizer toOptimizer() {
            return switch (optimizer) {
                case "sgd" -> new Sgd(rate, momentum, 0, weightDecay, false);
                case "adamw" -> new AdamW(rate).with(rate, adaptive());
                default -> new Adam(rate).with(rate, adaptive());
            };
        }

        private Map<String, Object> adaptive() {
            return Map.of("beta1", beta1, "beta2", beta2, "weight_decay", weightDecay);
        }
    }

    /** How the learning rate changes. */
    private record Rates(String schedule, int epochs, double gamma, double min, int warmupSteps)
            implements Serializable {
        LearningRateSchedule toSchedule() {
            return switch (schedule) {
                case "step" -> LearningRateSchedule.step(epochs, gamma);
                case "cosine" -> LearningRateSchedule.cosine(min);
                default -> LearningRateSchedule.constant();
            };
        }
    }

    /**
     * What the answers are.
     *
     * @param loss as {@link Loss#of} takes it
     * @param labelSmoothing of the cross-entropy
     * @param columns of the rows
     * @param names of the features and of the outputs, each empty if there are none
     */
    record Answers(
            String loss, double labelSmoothing, SampleColumns columns, List<String> featureNames, List<String> outputs)
            implements Serializable {
        Loss toLoss() {
            return switch (loss) {
                case "cross_entropy" -> CrossEntropyLoss.DEFAULT.withLabelSmoothing(labelSmoothing);
                case "bce" -> BceWithLogitsLoss.DEFAULT;
                default -> Loss.of(loss);
            };
        }
    }

    private final int[] layers;
    private final String activation;
    private final double dropout;
    private final double inputDropout;
    private final int batchSize;
    private final int epochs;
    private final boolean shuffle;
    private final long seed;
    private final Steps steps;
    private final Rates rates;
    private final Answers answers;
    private final String precision;
    private final String device;
    private final int threads;
    private final int earlyStopping;
    private final float[] initialWeights; // null: drawn
    private final long trainingRows;
    private final long validationRows;

    /** @param layers from the features to the outputs */
    TrainingPlan(NativeParams from, int[] layers, Answers answers, InputScan scan) {
        this.layers = layers.clone();
        activation = from.getActivation();
        dropout = from.getDropout();
        inputDropout = from.getInputDropout();
        batchSize = from.getBatchSize();
        epochs = from.getMaxIter();
        shuffle = from.getShuffle();
        seed = from.getSeed();
        steps = new Steps(
                from.getOptimizer(),
                from.getStepSize(),
                from.getWeightDecay(),
                from.getMomentum(),
                from.getBeta1(),
                from.getBeta2());
        rates = new Rates(
                from.getSchedule(),
                from.getScheduleEpochs(),
                from.getScheduleGamma(),
                from.getScheduleMin(),
                from.getWarmupSteps());
        this.answers = answers;
        precision = from.getPrecision();
        device = from.getDevice();
        threads = from.getThreads();
        earlyStopping = from.getEarlyStopping();
        initialWeights = from.isDefined(from.initialWeights()) ? floats(from.getInitialWeights()) : null;
        trainingRows = scan.trainingRows();
        validationRows = scan.validationRows();
        requireSense();
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** Tells the driver what would fail in a task. */
    private void requireSense() {
        Mlp net = settings(1).layers();
        if (trainingRows > Integer.MAX_VALUE || validationRows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("there are " + Math.max(trainingRows, validationRows)
                    + " rows, but a task takes at most 2^31 - 1: sample them");
        }
        if (initialWeights != null && initialWeights.length != net.parameterCount()) {
            throw new IllegalArgumentException("initialWeights has " + initialWeights.length + " values, but the net "
                    + net + " has " + net.parameterCount() + " weights");
        }
        if (earlyStopping > 0 && !answers.columns().validated()) {
            throw new IllegalArgumentException(
                    "earlyStopping needs rows to validate on: set validationIndicatorCol, or earlyStopping to 0");
        }
    }

    /** @param cpus of the task, which are used where {@code threads} is 0 */
    TrainingSettings settings(int cpus) {
        return TrainingSettings.builder(net())
                .batchSize(batchSize)
                .epochs(epochs)
                .shuffle(shuffle)
                .dropLast(false)
                .optimizer(steps.toOptimizer())
                .schedule(rates.toSchedule())
                .warmupSteps(rates.warmupSteps())
                .loss(answers.toLoss())
                .seed(seed)
                .placement(placement(cpus))
                .earlyStopping(earlyStopping)
                .build();
    }

    private Mlp net() {
        return Mlp.of(layers)
                .withActivations(layers.length == 2 ? "relu" : activation)
                .withDropout(dropout, inputDropout);
    }

    private Placement placement(int cpus) {
        return placement(device, precision, threads, cpus);
    }

    static Placement placement(String device, String precision, int threads, int cpus) {
        return new Placement(
                Device.parse(device),
                Precision.valueOf(precision.toUpperCase(Locale.ROOT)),
                threads > 0 ? threads : cpus,
                "auto");
    }

    /** What the model's numbers mean. */
    ModelInfo info() {
        Task task = answers.toLoss().task();
        ModelInfo info = ModelInfo.NONE.withTask(task).withFeatureNames(answers.featureNames());
        return task == Task.CLASSES ? info.withClassNames(answers.outputs()) : info.withTargetNames(answers.outputs());
    }

    Answers answers() {
        return answers;
    }

    int features() {
        return layers[0];
    }

    int outputs() {
        return layers[layers.length - 1];
    }

    /** The weights to begin with, or null. */
    float[] initialWeights() {
        return initialWeights;
    }

    int trainingRows() {
        return (int) trainingRows;
    }

    int validationRows() {
        return (int) validationRows;
    }
}
