package dev.mnistnative.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function1;

/**
 * What a Spark Connect server trains by where a client asks for Spark's {@code MultilayerPerceptronClassifier}: it has
 * that class's parameters and no others, and learns a net of the same kind, with sigmoids between the layers.
 *
 * <p>L-BFGS takes one step from all rows; ours takes many from a few each. {@code maxIter} becomes passes over the
 * rows, solver {@code l-bfgs} Adam with the learning rate {@value #RATE} down to 0 by a cosine, {@code gd} plain SGD
 * with {@code stepSize}. A step takes at most {@code blockSize} rows, and fewer where an epoch would have less than
 * {@value #STEPS} steps. {@code tol} has no counterpart: training does not end before {@code maxIter}.
 */
public class MlpcStandIn extends ProbabilisticClassifier<Vector, MlpcStandIn, MnistNativeClassificationModel>
        implements DefaultParamsWritable {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(MlpcStandIn.class);
    private static final double RATE = 0.003;
    private static final int STEPS = 64;
    private static final int FEWEST_ROWS = 8;

    private String uid; // set while the superclass's constructor runs: an initialiser would undo it
    private final IntArrayParam layers = new IntArrayParam(this, "layers", "sizes from the features to the classes");
    private final IntParam blockSize =
            new IntParam(this, "blockSize", "the most rows that a step takes (> 0)", ParamValidators.gt(0));
    private final IntParam maxIter = new IntParam(this, "maxIter", "epochs (>= 0)", ParamValidators.gtEq(0));
    private final DoubleParam tol = new DoubleParam(this, "tol", "not used (>= 0)", ParamValidators.gtEq(0));
    private final LongParam seed = new LongParam(this, "seed", "seed of the initial weights and of the orders");
    private final Param<String> solver =
            new Param<>(this, "solver", "l-bfgs: Adam is used; gd: SGD with stepSize", (IsSolver)
                    List.of("l-bfgs", "gd")::contains);
    private final DoubleParam stepSize =
            new DoubleParam(this, "stepSize", "learning rate of solver gd (> 0)", ParamValidators.gt(0));
    private final Param<Vector> initialWeights =
            new Param<>(this, "initialWeights", "weights to begin with, in Spark's order");

    private interface IsSolver extends Function1<String, Object>, Serializable {}

    /** One with a uid of its own. */
    public MlpcStandIn() {
        this(Identifiable$.MODULE$.randomUID("mlpc"));
    }

    /** One with this uid. */
    public MlpcStandIn(String uid) {
        this(FreshUid.offer(uid));
    }

    private MlpcStandIn(FreshUid offered) {
        super();
        setDefault(blockSize, 128);
        setDefault(maxIter, 100);
        setDefault(tol, 1e-6);
        setDefault(seed, (long) MlpcStandIn.class.getName().hashCode());
        setDefault(solver, "l-bfgs");
        setDefault(stepSize, 0.03);
    }

    @Override
    public String uid() {
        if (uid == null) {
            uid = FreshUid.take();
        }
        return uid;
    }

    /** Sizes from the features to the classes; must be set. */
    public IntArrayParam layers() {
        return layers;
    }

    /** The most rows that a step takes; default 128. */
    public IntParam blockSize() {
        return blockSize;
    }

    /** Epochs; default 100. */
    public IntParam maxIter() {
        return maxIter;
    }

    /** Not used. */
    public DoubleParam tol() {
        return tol;
    }

    /** Seed of the initial weights and of the orders. */
    public LongParam seed() {
        return seed;
    }

    /** l-bfgs or gd; default l-bfgs. */
    public Param<String> solver() {
        return solver;
    }

    /** Learning rate of solver gd; default 0.03. */
    public DoubleParam stepSize() {
        return stepSize;
    }

    /** Weights to begin with, in Spark's order; not set: drawn from the seed. */
    public Param<Vector> initialWeights() {
        return initialWeights;
    }

    @Override
    public MlpcStandIn copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    /** Trains; called by {@code fit}. */
    @Override
    public MnistNativeClassificationModel train(Dataset<?> dataset) {
        return ours(dataset.select(getLabelCol()).count()).fit(dataset);
    }

    /** The estimator that these parameters mean, for so many rows. */
    MnistNativeClassifier ours(long rows) {
        if (!isDefined(layers)) {
            throw new IllegalArgumentException("layers is not set: give the sizes from the features to the classes");
        }
        int[] sizes = getOrDefault(layers);
        boolean gradientDescent = getOrDefault(solver).equals("gd");
        if (isSet(tol)) {
            LOG.warn("{}: tol is not used: training ends after maxIter epochs", uid());
        }
        if (isSet(stepSize) && !gradientDescent) {
            LOG.warn("{}: stepSize is used by solver gd alone: Adam takes {}", uid(), RATE);
        }
        int most = (Integer) getOrDefault(blockSize);
        MnistNativeClassifier ours = new MnistNativeClassifier(uid())
                .setLayers(sizes)
                .setActivation(sizes.length == 2 ? "relu" : MlpcWeights.ACTIVATION)
                .setMaxIter(Math.max(1, (Integer) getOrDefault(maxIter)))
                .setSeed((Long) getOrDefault(seed))
                .setBatchSize((int) Math.min(most, Math.max(FEWEST_ROWS, rows / STEPS)))
                .setOptimizer(gradientDescent ? "sgd" : "adam")
                .setStepSize(gradientDescent ? (Double) getOrDefault(stepSize) : RATE)
                .setSchedule(gradientDescent ? "constant" : "cosine");
        if (isDefined(initialWeights)) {
            ours.setInitialWeights(MlpcWeights.toOurs(sizes, getOrDefault(initialWeights)));
        }
        return ours.setFeaturesCol(getFeaturesCol()).setLabelCol(getLabelCol());
    }

    /** Reads what {@code write} stored. */
    public static MLReader<MlpcStandIn> read() {
        return new DefaultParamsReader<>();
    }

    /** The same from a path. */
    public static MlpcStandIn load(String path) {
        return read().load(path);
    }
}
