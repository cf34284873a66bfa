package dev.mnistnative.spark;

import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.net.Task;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.AdamW;
import dev.mnistnative.train.BatchPlan;
import dev.mnistnative.train.BceWithLogitsLoss;
import dev.mnistnative.train.CrossEntropyLoss;
import dev.mnistnative.train.LearningRateSchedule;
import dev.mnistnative.train.Loss;
import dev.mnistnative.train.Optimizer;
import dev.mnistnative.train.Sgd;
import dev.mnistnative.train.TrainingSettings;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** All that a task must know to train: plain values, which travel from the driver. */
final class TrainingPlan implements Serializable {
    private static final long serialVersionUID = 1;
    private static final long SEED_STEP = 0x9e3779b97f4a7c15L; // the golden ratio's: far apart for any two seeds

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
    private final int tasks;
    private final int shards;
    private final int syncSteps;
    private final int syncTimeout;
    private final boolean meetsAtDriver;
    private final String checkpointPath; // null: no checkpoints
    private final int checkpointInterval;
    private final long rowChecksum;
    private final boolean sealed;
    private final byte[] key = new byte[PieceCipher.KEY_BYTES];

    /**
     * @param layers from the features to the outputs
     * @param sealed whether what tasks send to each other is encrypted
     */
    TrainingPlan(NativeParams from, int[] layers, Answers answers, InputScan scan, boolean sealed) {
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
                from.getStepSize() * (from.getScaleLearningRate() ? shards(from) : 1),
                from.getWeightDecay(),
                from.getMomentum(),
                from.getBeta1(),
                from.getBeta2());
        this.answers = answers;
        precision = from.getPrecision();
        device = from.getDevice();
        threads = from.getThreads();
        earlyStopping = from.getEarlyStopping();
        initialWeights = from.isDefined(from.initialWeights())
                ? floats(from.getInitialWeights().toArray())
                : null;
        trainingRows = scan.trainingRows();
        validationRows = scan.validationRows();
        tasks = from.getNumWorkers();
        shards = shards(from);
        rates = new Rates(
                from.getSchedule(),
                from.getScheduleEpochs(),
                from.getScheduleGamma(),
                from.getScheduleMin(),
                warmupSteps(from));
        syncSteps = from.getSyncSteps();
        syncTimeout = from.getSyncTimeout();
        meetsAtDriver = from.getRendezvous().equals("driver");
        checkpointPath = from.isDefined(from.checkpointPath()) ? from.getCheckpointPath() : null;
        checkpointInterval = from.getCheckpointInterval();
        rowChecksum = scan.checksum();
        this.sealed = sealed;
        new SecureRandom().nextBytes(key);
        requireSense();
    }

    private static int shards(NativeParams from) {
        return from.isDefined(from.numShards()) ? from.getNumShards() : from.getNumWorkers();
    }

    /** Where none are asked for, a multiplied rate is eased in over an epoch of a shard, or a tenth of a short fit. */
    private int warmupSteps(NativeParams from) {
        if (from.isDefined(from.warmupSteps())) {
            return from.getWarmupSteps();
        }
        if (shards == 1 || !from.getScaleLearningRate()) {
            return 0;
        }
        long ofShard = (trainingRows + shards - 1) / shards;
        long epoch = (ofShard + batchSize - 1) / batchSize;
        return (int) Math.min(epoch, epoch * epochs / 10);
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
        Mlp net = settings(0, 1).layers();
        if (shards % tasks != 0) {
            throw new IllegalArgumentException("numShards is " + shards + ", which numWorkers, " + tasks
                    + ", does not divide: every worker has as many shards");
        }
        if (trainingRows < shards) {
            throw new IllegalArgumentException("there are " + trainingRows + " rows to train on for " + shards
                    + " shards: set numShards or numWorkers to less");
        }
        if (trainingRows / shards >= Integer.MAX_VALUE || validationRows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("there are " + Math.max(trainingRows, validationRows)
                    + " rows, but a shard takes at most 2^31 - 1: use more shards, or sample them");
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

    /**
     * Of a shard: each has a seed of its own, so that orders and dropout differ; the first has the plan's.
     *
     * @param cpus that it may use where {@code threads} is 0
     */
    TrainingSettings settings(int shard, int cpus) {
        return TrainingSettings.builder(net())
                .batchSize(batchSize)
                .epochs(epochs)
                .shuffle(shuffle)
                .dropLast(false)
                .optimizer(steps.toOptimizer())
                .schedule(rates.toSchedule())
                .warmupSteps(rates.warmupSteps())
                .loss(answers.toLoss())
                .seed(seed + shard * SEED_STEP)
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

    /** Whether workers learn each other's addresses at the driver, or by Spark's barrier. */
    boolean meetsAtDriver() {
        return meetsAtDriver;
    }

    /** Where the fit keeps what it needs to go on, or null. */
    FitCheckpoints checkpoints(Configuration hadoop) {
        if (checkpointPath == null) {
            return null;
        }
        int steps = new BatchPlan(rowsPerShard(), batchSize, false).steps();
        return FitCheckpoints.of(checkpointPath, identity(), hadoop, checkpointInterval, syncSteps, steps);
    }

    /** Of all that decides the weights, in which a fit finds its own checkpoints; the trainers look once more. */
    private String identity() {
        Object[] deciding = {
            Arrays.toString(layers),
            activation,
            dropout,
            inputDropout,
            batchSize,
            epochs,
            shuffle,
            seed,
            steps,
            rates,
            answers,
            precision,
            device,
            earlyStopping,
            Arrays.toString(initialWeights),
            trainingRows,
            validationRows,
            rowChecksum,
            shards,
            syncSteps
        };
        String all = Arrays.toString(deciding);
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
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

    /** Rows that a shard has. */
    int shardRows(int shard) {
        return (int) ((trainingRows - shard + shards - 1) / shards);
    }

    /** Places that each shard has, with those that are filled up. */
    int rowsPerShard() {
        return (int) ((trainingRows + shards - 1) / shards);
    }

    int validationRows() {
        return (int) validationRows;
    }

    int tasks() {
        return tasks;
    }

    /** Shards of all tasks. */
    int shards() {
        return shards;
    }

    int shardsPerTask() {
        return shards / tasks;
    }

    /** Steps between two averages. */
    int syncSteps() {
        return syncSteps;
    }

    /** Seconds that a task waits for the others. */
    int syncTimeout() {
        return syncTimeout;
    }

    /** Numbers of a state: the parameters and the optimizer's moments. */
    int stateLength() {
        return Math.multiplyExact(
                net().parameterCount(), 1 + steps.toOptimizer().moments().size());
    }

    long seed() {
        return seed;
    }

    boolean isSealed() {
        return sealed;
    }

    /** Of this fit alone: by it tasks know each other, and seal what they send. */
    byte[] key() {
        return key;
    }
}
