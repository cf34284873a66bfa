package dev.mnistnative.spark;

import dev.mnistnative.net.Activation;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import scala.Function1;

/** The parameters of training that each estimator, and each model for the record, has of its own. */
public final class TrainingParams implements Serializable {
    private static final long serialVersionUID = 1;

    final IntArrayParam layers;
    final IntArrayParam hiddenLayers;
    final Param<String> activation;
    final DoubleParam dropout;
    final DoubleParam inputDropout;
    final IntParam maxIter;
    final IntParam batchSize;
    final BooleanParam shuffle;
    final LongParam seed;
    final Param<String> optimizer;
    final DoubleParam stepSize;
    final DoubleParam weightDecay;
    final DoubleParam momentum;
    final DoubleParam beta1;
    final DoubleParam beta2;
    final Param<String> schedule;
    final IntParam scheduleEpochs;
    final DoubleParam scheduleGamma;
    final DoubleParam scheduleMin;
    final IntParam warmupSteps;
    final Param<String> precision;
    final Param<String> device;
    final IntParam threads;
    final IntParam earlyStopping;
    final Param<String> weightCol;
    final Param<String> validationIndicatorCol;
    final Param<Vector> initialWeights;
    final IntParam numWorkers;
    final IntParam numShards;
    final IntParam syncSteps;
    final BooleanParam scaleLearningRate;
    final IntParam syncTimeout;
    final Param<String> rendezvous;
    final Param<String> checkpointPath;
    final IntParam checkpointInterval;

    /** What a validator is: serializable, for estimators travel. */
    private interface Valid<T> extends Function1<T, Object>, Serializable {}

    TrainingParams(Params of) {
        Valid<int[]> sizes = each -> each.length > 1 && allPositive(each);
        layers = new IntArrayParam(
                of,
                "layers",
                "sizes from the features to the outputs, e.g. 784, 312, 256, 10; not set: the data's, with hiddenLayers"
                        + " between them",
                sizes);
        Valid<int[]> widths = TrainingParams::allPositive;
        hiddenLayers =
                new IntArrayParam(of, "hiddenLayers", "outputs of each hidden layer, where layers is not set", widths);
        Valid<String> activations = TrainingParams::isActivation;
        activation = new Param<>(
                of,
                "activation",
                "after each hidden layer, or one each, joined by commas: " + Activation.usage(),
                activations);
        dropout = share(of, "dropout", "share of each hidden layer's outputs that a step drops, in [0, 1)");
        inputDropout = share(of, "inputDropout", "share of the features that a step drops, in [0, 1)");
        maxIter = new IntParam(of, "maxIter", "epochs: passes over the training rows (> 0)", ParamValidators.gt(0));
        batchSize = new IntParam(of, "batchSize", "rows a step (> 0)", ParamValidators.gt(0));
        shuffle = new BooleanParam(of, "shuffle", "whether each epoch has an order of its own, drawn from the seed");
        seed = new LongParam(of, "seed", "seed of the initial weights, of the orders and of dropout");
        optimizer = oneOf(of, "optimizer", List.of("adam", "adamw", "sgd"));
        stepSize = new DoubleParam(of, "stepSize", "learning rate (> 0)", ParamValidators.gt(0));
        weightDecay = notNegative(of, "weightDecay", "PyTorch's weight_decay (>= 0)");
        momentum = notNegative(of, "momentum", "of sgd (>= 0)");
        beta1 = share(of, "beta1", "decay of the first moment of adam and adamw, in [0, 1)");
        beta2 = share(of, "beta2", "decay of the second moment of adam and adamw, in [0, 1)");
        schedule = oneOf(of, "schedule", List.of("constant", "step", "cosine"));
        scheduleEpochs = new IntParam(
                of, "scheduleEpochs", "epochs between two changes of schedule step (> 0)", ParamValidators.gt(0));
        scheduleGamma = notNegative(of, "scheduleGamma", "factor of schedule step (>= 0)");
        scheduleMin = notNegative(of, "scheduleMin", "learning rate that schedule cosine goes down to (>= 0)");
        warmupSteps = new IntParam(
                of,
                "warmupSteps",
                "steps of linear warm-up (>= 0); not set: a tenth of all steps, at most an epoch, where several shards"
                        + " multiply stepSize, else 0",
                ParamValidators.gtEq(0));
        precision = oneOf(
                of,
                "precision",
                of instanceof NativeModel ? List.of("float32", "bf16", "int8") : List.of("float32", "bf16"));
        device = new Param<>(of, "device", "what computes on the executor: cpu, auto, cuda or cuda:N");
        threads = new IntParam(
                of,
                "threads",
                "processor threads of a task, in transform at most spark.task.cpus; 0: spark.task.cpus (>= 0)",
                ParamValidators.gtEq(0));
        earlyStopping = new IntParam(
                of,
                "earlyStopping",
                "epochs without a better loss on the validation rows after which training ends; 0: never (>= 0)",
                ParamValidators.gtEq(0));
        weightCol = new Param<>(of, "weightCol", "column of how much a row counts in the loss; not set: each counts 1");
        validationIndicatorCol = new Param<>(
                of,
                "validationIndicatorCol",
                "boolean column: true rows are not trained on but evaluated after each epoch");
        numWorkers = new IntParam(of, "numWorkers", "tasks that train side by side (> 0)", ParamValidators.gt(0));
        numShards = new IntParam(
                of,
                "numShards",
                "parts of the rows, each trained on by itself between two averages; a multiple of numWorkers; the"
                        + " same number gives the same bits on any workers; not set: numWorkers",
                ParamValidators.gt(0));
        syncSteps = new IntParam(
                of,
                "syncSteps",
                "steps between two averages of all shards, which are averaged after each epoch, too (> 0)",
                ParamValidators.gt(0));
        scaleLearningRate =
                new BooleanParam(of, "scaleLearningRate", "whether stepSize is multiplied by the number of shards");
        syncTimeout = new IntParam(
                of,
                "syncTimeout",
                "seconds without a byte from the others after which a task gives up (> 0)",
                ParamValidators.gt(0));
        rendezvous = oneOf(of, "rendezvous", List.of("driver", "barrier"));
        checkpointPath = new Param<>(
                of,
                "checkpointPath",
                "folder of any of Hadoop's file systems in which a fit that is under way keeps what it needs to go on;"
                        + " not set: a fit that is cut begins anew");
        checkpointInterval = new IntParam(
                of,
                "checkpointInterval",
                "averages between two checkpoints; of one shard: as many times syncSteps steps (> 0)",
                ParamValidators.gt(0));
        initialWeights = new Param<>(
                of,
                "initialWeights",
                "weights to begin with, in the order of the model's weights; not set: drawn from the seed");
    }

    /** The defaults, for an estimator or a model that has these parameters. */
    static void setDefaults(NativeParams of) {
        of.setDefault(of.hiddenLayers(), new int[] {312, 256});
        of.setDefault(of.activation(), "relu");
        of.setDefault(of.dropout(), 0.0);
        of.setDefault(of.inputDropout(), 0.0);
        of.setDefault(of.maxIter(), 20);
        of.setDefault(of.batchSize(), 320);
        of.setDefault(of.shuffle(), true);
        of.setDefault(of.seed(), 0L);
        of.setDefault(of.optimizer(), "adam");
        of.setDefault(of.stepSize(), 1e-3);
        of.setDefault(of.weightDecay(), 0.0);
        of.setDefault(of.momentum(), 0.0);
        of.setDefault(of.beta1(), 0.9);
        of.setDefault(of.beta2(), 0.999);
        of.setDefault(of.schedule(), "constant");
        of.setDefault(of.scheduleEpochs(), 10);
        of.setDefault(of.scheduleGamma(), 0.1);
        of.setDefault(of.scheduleMin(), 0.0);
        of.setDefault(of.precision(), "float32");
        of.setDefault(of.device(), "cpu");
        of.setDefault(of.threads(), 0);
        of.setDefault(of.earlyStopping(), 0);
        of.setDefault(of.numWorkers(), 1);
        of.setDefault(of.syncSteps(), 32);
        of.setDefault(of.scaleLearningRate(), true);
        of.setDefault(of.syncTimeout(), 120);
        of.setDefault(of.rendezvous(), "driver");
        of.setDefault(of.checkpointInterval(), 10);
    }

    private static boolean allPositive(int[] sizes) {
        for (int size : sizes) {
            if (size < 1) {
                return false;
            }
        }
        return true;
    }

    private static boolean isActivation(String text) {
        try {
            return !Activation.listOf(text).isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static DoubleParam share(Params of, String name, String doc) {
        return new DoubleParam(of, name, doc, ParamValidators.inRange(0, 1, true, false));
    }

    private static DoubleParam notNegative(Params of, String name, String doc) {
        return new DoubleParam(of, name, doc, ParamValidators.gtEq(0));
    }

    private static Param<String> oneOf(Params of, String name, List<String> values) {
        Valid<String> valid = values::contains;
        return new Param<>(of, name, "one of " + String.join(", ", values), valid);
    }
}
