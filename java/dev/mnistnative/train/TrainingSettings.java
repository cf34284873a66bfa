package dev.mnistnative.train;

import dev.mnistnative.data.Deformation;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import java.util.Objects;

/**
 * Everything that a run is made of but the data: immutable, checked, the same settings and the same data give the same
 * bits. A wrong value is an {@link IllegalArgumentException} that names the field.
 */
public final class TrainingSettings {
    /** LinearLR's start_factor: the warm-up begins at this share of the learning rate. */
    private static final double WARMUP_START = 1.0 / 3;

    private final Mlp layers;
    private final int batchSize;
    private final int epochs;
    private final boolean shuffle;
    private final boolean dropLast;
    private final Optimizer optimizer;
    private final LearningRateSchedule schedule;
    private final int warmupSteps;
    private final Loss loss;
    private final Deformation deformation;
    private final long seed;
    private final Placement placement;
    private final int earlyStopping;
    private final Keep keep; // null: as early stopping says

    private TrainingSettings(Builder b) {
        layers = Objects.requireNonNull(b.layers, "layers");
        batchSize = b.batchSize;
        epochs = b.epochs;
        shuffle = b.shuffle;
        dropLast = b.dropLast;
        optimizer = Objects.requireNonNull(b.optimizer, "optimizer");
        schedule = Objects.requireNonNull(b.schedule, "schedule");
        warmupSteps = b.warmupSteps;
        loss = Objects.requireNonNull(b.loss, "loss");
        deformation = Objects.requireNonNull(b.deformation, "deformation");
        seed = b.seed;
        placement = new Placement(b.device, b.precision, b.threads, b.isa);
        earlyStopping = b.earlyStopping;
        keep = b.keep;
        Require.atLeast("batchSize", batchSize, 1);
        Require.atLeast("epochs", epochs, 1);
        Require.atLeast("warmupSteps", warmupSteps, 0);
        Require.atLeast("earlyStopping", earlyStopping, 0);
        if (loss.reduction() == Reduction.NONE) {
            throw new IllegalArgumentException("loss: training needs reduction MEAN or SUM, not NONE");
        }
        if (placement.precision() == Precision.INT8) {
            throw new IllegalArgumentException("precision: INT8 is for models, not for training: train in FLOAT32 or "
                    + "BF16, and predict with the weights in INT8");
        }
        loss.requireFit(layers);
    }

    /** A builder with the article's settings for this net. */
    public static Builder builder(Mlp layers) {
        return new Builder().layers(layers);
    }

    /** The same, e.g. {@code builder(784, 312, 10)} for 784 features, a hidden layer of 312 and 10 classes. */
    public static Builder builder(int features, int... sizes) {
        int[] all = new int[1 + sizes.length];
        all[0] = features;
        System.arraycopy(sizes, 0, all, 1, sizes.length);
        return builder(Mlp.of(all));
    }

    /** A builder with these settings. */
    public Builder toBuilder() {
        Builder b = builder(layers);
        b.batchSize = batchSize;
        b.epochs = epochs;
        b.shuffle = shuffle;
        b.dropLast = dropLast;
        b.optimizer = optimizer;
        b.schedule = schedule;
        b.warmupSteps = warmupSteps;
        b.loss = loss;
        b.deformation = deformation;
        b.seed = seed;
        b.earlyStopping = earlyStopping;
        b.keep = keep;
        return b.placement(placement);
    }

    /** The net. */
    public Mlp layers() {
        return layers;
    }

    /** Samples a step. */
    public int batchSize() {
        return batchSize;
    }

    /** Passes over the training set. */
    public int epochs() {
        return epochs;
    }

    /** Whether each epoch has an order of its own, drawn from the seed; else file order. */
    public boolean shuffle() {
        return shuffle;
    }

    /** Whether a last batch that is not full is left out. */
    public boolean dropLast() {
        return dropLast;
    }

    /** The optimizer with its base learning rate. */
    public Optimizer optimizer() {
        return optimizer;
    }

    /** How the learning rate changes from epoch to epoch. */
    public LearningRateSchedule schedule() {
        return schedule;
    }

    /** Steps of linear warm-up, 0 = none. */
    public int warmupSteps() {
        return warmupSteps;
    }

    /** The loss. */
    public Loss loss() {
        return loss;
    }

    /** What each epoch does to the training set's pictures; they stay as they are in evaluations. */
    public Deformation deformation() {
        return deformation;
    }

    /** How many answers of a sample are right or wrong: its class, each of its labels; 0 where outputs are values. */
    int answersPerSample() {
        return !loss.takesTargets() ? 1 : loss instanceof BceWithLogitsLoss ? layers.classes() : 0;
    }

    /** Seed of the initial values, of the shuffling, of the deformations and of dropout. */
    public long seed() {
        return seed;
    }

    /** What computes. */
    public Device device() {
        return placement.device();
    }

    /** Processor threads, 0 = all cores. */
    public int threads() {
        return placement.threads();
    }

    /** How numbers are multiplied. */
    public Precision precision() {
        return placement.precision();
    }

    /** Instruction-set level of the processor, "auto" = the best. */
    public String isa() {
        return placement.isa();
    }

    /** Device, precision, threads and instruction-set level in one. */
    public Placement placement() {
        return placement;
    }

    /** Epochs without a better evaluation after which the run ends, 0 = never. */
    public int earlyStopping() {
        return earlyStopping;
    }

    /**
     * Whose weights the trainer has after a run; {@link Keep#BEST} needs an evaluation. If not told, BEST with early
     * stopping and else LAST.
     */
    public Keep keep() {
        return keep != null ? keep : earlyStopping > 0 ? Keep.BEST : Keep.LAST;
    }

    /**
     * The learning rate of one step: the schedule's, times LinearLR(start_factor=1/3, total_iters=warmupSteps) stepped
     * once a step.
     *
     * @param epoch from 0
     * @param stepInRun from 0, over all epochs
     */
    public double learningRate(int epoch, long stepInRun) {
        return warmedUp(schedule.at(optimizer.lr(), epoch, epochs), stepInRun);
    }

    /** The schedule's rate at a step of the run, warm-up included. */
    double warmedUp(double rate, long stepInRun) {
        if (stepInRun >= warmupSteps) {
            return rate;
        }
        return rate * (WARMUP_START + (1 - WARMUP_START) * stepInRun / warmupSteps);
    }

    /** Collects settings; {@link #build} checks them. Not for several threads at once. */
    public static final class Builder {
        private Mlp layers;
        private int batchSize = 320;
        private int epochs = 20;
        private boolean shuffle;
        private boolean dropLast = true;
        private Optimizer optimizer = new Adam(2e-5);
        private LearningRateSchedule schedule = LearningRateSchedule.constant();
        private int warmupSteps;
        private Loss loss = CrossEntropyLoss.DEFAULT;
        private Deformation deformation = Deformation.NONE;
        private long seed;
        private Device device = Device.auto();
        private int threads;
        private Precision precision = Precision.FLOAT32;
        private String isa = "auto";
        private int earlyStopping;
        private Keep keep;

        private Builder() {}

        /** Another net, whose dropout counts. */
        public Builder layers(Mlp value) {
            layers = value;
            return this;
        }

        /** Another net, e.g. {@code layers(784, 312, 256, 10)}, with the dropout of the one before. */
        public Builder layers(int... sizes) {
            Mlp net = Mlp.of(sizes);
            return layers(layers == null ? net : net.withDropout(layers.hiddenDropout(), layers.inputDropout()));
        }

        /** Share of each hidden layer's outputs that a step drops, in [0, 1); after the layers. */
        public Builder dropout(double value) {
            return layers(layers.withDropout(value, layers.inputDropout()));
        }

        /** Share of the inputs that a step drops, in [0, 1); after the layers. */
        public Builder inputDropout(double value) {
            return layers(layers.withDropout(layers.hiddenDropout(), value));
        }

        /** Samples a step, at least 1. */
        public Builder batchSize(int value) {
            batchSize = value;
            return this;
        }

        /** Passes over the training set, at least 1. */
        public Builder epochs(int value) {
            epochs = value;
            return this;
        }

        /** Whether each epoch has an order of its own, drawn from the seed; else file order. */
        public Builder shuffle(boolean value) {
            shuffle = value;
            return this;
        }

        /** Whether a last batch that is not full is left out. */
        public Builder dropLast(boolean value) {
            dropLast = value;
            return this;
        }

        /** The optimizer with its base learning rate. */
        public Builder optimizer(Optimizer value) {
            optimizer = value;
            return this;
        }

        /** How the learning rate changes from epoch to epoch. */
        public Builder schedule(LearningRateSchedule value) {
            schedule = value;
            return this;
        }

        /** Steps of linear warm-up, 0 = none. */
        public Builder warmupSteps(int value) {
            warmupSteps = value;
            return this;
        }

        /** The loss, with reduction MEAN or SUM. */
        public Builder loss(Loss value) {
            loss = value;
            return this;
        }

        /** What each epoch does to the training set's pictures, whose sample shape then tells height and width. */
        public Builder deformation(Deformation value) {
            deformation = value;
            return this;
        }

        /** Seed of the initial values, of the shuffling, of the deformations and of dropout. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** What computes. */
        public Builder device(Device value) {
            device = value;
            return this;
        }

        /** Processor threads, the caller's included, 0 = all cores. The result does not depend on them. */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /** How numbers are multiplied. */
        public Builder precision(Precision value) {
            precision = value;
            return this;
        }

        /** Instruction-set level of the processor, "auto" = the best. */
        public Builder isa(String value) {
            isa = value;
            return this;
        }

        /** Device, precision, threads and instruction-set level in one. */
        public Builder placement(Placement value) {
            return device(value.device())
                    .precision(value.precision())
                    .threads(value.threads())
                    .isa(value.isa());
        }

        /** Epochs without a better evaluation after which the run ends, 0 = never. */
        public Builder earlyStopping(int value) {
            earlyStopping = value;
            return this;
        }

        /** Whose weights the trainer has after a run; null: BEST with early stopping, else LAST. */
        public Builder keep(Keep value) {
            keep = value;
            return this;
        }

        /** The settings; {@link IllegalArgumentException} names the field that is wrong. */
        public TrainingSettings build() {
            return new TrainingSettings(this);
        }
    }
}
