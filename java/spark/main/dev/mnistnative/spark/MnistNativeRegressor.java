package dev.mnistnative.spark;

import dev.mnistnative.net.Task;
import dev.mnistnative.train.Loss;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.Regressor;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.runtime.AbstractFunction1;

/**
 * A multi-layer perceptron that learns numbers, by mnist-native on executors, with the parameters of
 * {@link MnistNativeClassifier}.
 *
 * <p>Features are dense or sparse vectors, or arrays of double or float; labels finite numbers, or arrays or vectors of
 * such, one for each output. They are taken as they are: where they are large, scale them.
 */
public class MnistNativeRegressor extends Regressor<Vector, MnistNativeRegressor, MnistNativeRegressionModel>
        implements NativeSetters<MnistNativeRegressor>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private String uid; // set while the superclass's constructor runs: an initialiser would undo it
    private final TrainingParams trainingParams = new TrainingParams(this);
    private final Param<String> loss = new Param<>(
            this, "loss", "mse, l1, smooth_l1 or huber, the last two with their parameter: huber:0.7", new OfValues());

    /** Losses whose outputs are values. */
    private static final class OfValues extends AbstractFunction1<String, Object> implements Serializable {
        private static final long serialVersionUID = 1;

        @Override
        public Object apply(String id) {
            try {
                return Loss.of(id).task() == Task.VALUES;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    /** One with a uid of its own. */
    public MnistNativeRegressor() {
        this(Identifiable$.MODULE$.randomUID("mnistNative"));
    }

    /** One with this uid. */
    public MnistNativeRegressor(String uid) {
        this(FreshUid.offer(uid));
    }

    private MnistNativeRegressor(FreshUid offered) {
        super();
        TrainingParams.setDefaults(this);
        setDefault(loss, "mse");
    }

    @Override
    public String uid() {
        if (uid == null) {
            uid = FreshUid.take();
        }
        return uid;
    }

    @Override
    public TrainingParams trainingParams() {
        return trainingParams;
    }

    @Override
    public MnistNativeRegressor self() {
        return this;
    }

    /** What training minimises: mse, l1, smooth_l1[:BETA] or huber[:DELTA]; default mse. */
    public Param<String> loss() {
        return loss;
    }

    /** The value of {@link #loss}. */
    public String getLoss() {
        return getOrDefault(loss);
    }

    /** What training minimises: mse, l1, smooth_l1[:BETA] or huber[:DELTA]; default mse. */
    public MnistNativeRegressor setLoss(String value) {
        set(loss, value);
        return this;
    }

    @Override
    public MnistNativeRegressor copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    @Override
    public StructType validateAndTransformSchema(StructType schema, boolean fitting, DataType featuresType) {
        return Features.checked(
                schema,
                getFeaturesCol(),
                fitting ? getLabelCol() : "",
                getPredictionCol(),
                seen -> super.validateAndTransformSchema(seen, fitting, featuresType));
    }

    /** Trains. Spark's own would make every label one number. */
    @Override
    public MnistNativeRegressionModel fit(Dataset<?> dataset) {
        transformSchema(dataset.schema());
        return copyValues(train(dataset).setParent(this), ParamMap.empty());
    }

    /**
     * Trains; called by {@code fit}.
     *
     * @throws IllegalArgumentException if rows or parameters are not as they must be, or training diverges
     */
    @Override
    public MnistNativeRegressionModel train(Dataset<?> dataset) {
        SparkVersions.require();
        Slots.require(dataset.sparkSession().sparkContext(), getNumWorkers());
        SampleColumns columns = SampleColumns.of(this, dataset.schema().apply(getLabelCol()));
        JavaRDD<Row> rows =
                columns.select(dataset, getFeaturesCol(), getLabelCol(), this).toJavaRDD();
        InputScan scan = InputScan.of(rows, columns, Task.VALUES);
        if (columns.several() && scan.answers() == 1) {
            throw new IllegalArgumentException("column " + getLabelCol()
                    + " has arrays or vectors of one number: give the number itself, "
                    + "which is then the prediction, too");
        }
        int[] layers = Layers.of(this, scan.features(), scan.answers());
        if (layers[layers.length - 1] != scan.answers()) {
            throw new IllegalArgumentException("layers ends in " + layers[layers.length - 1]
                    + " outputs, but a row's label has " + scan.answers() + ": give layers as many");
        }
        TrainingPlan.Answers answers = new TrainingPlan.Answers(
                getLoss(),
                0,
                columns.withAnswers(scan.answers()),
                LabelNames.featureNames(dataset.schema().apply(getFeaturesCol())),
                List.of());
        TrainingOutcome outcome = TrainingJob.run(
                rows, scan, new TrainingPlan(this, layers, answers, scan, Slots.wantsSealing(rows.context())));
        return new MnistNativeRegressionModel(uid(), outcome.model(), outcome.summary());
    }

    /** Reads what {@code write} stored. */
    public static MLReader<MnistNativeRegressor> read() {
        return new DefaultParamsReader<>();
    }

    /** The same from a path. */
    public static MnistNativeRegressor load(String path) {
        return read().load(path);
    }
}
