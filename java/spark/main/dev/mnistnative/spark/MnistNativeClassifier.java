package dev.mnistnative.spark;

import dev.mnistnative.net.Task;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A multi-layer perceptron classifier that trains by mnist-native on an executor: for pipelines, cross-validation and
 * whatever else takes Spark's {@code MultilayerPerceptronClassifier}, whose parameters' names it shares where they mean
 * the same.
 *
 * <p>Features are dense or sparse vectors, or arrays of double or float; labels whole numbers from 0 on, or arrays or
 * vectors with a number for each class, from 0 (the row is none of it) to 1 (it is): any number of them. Rows are
 * trained on in the order of the data set, or in orders drawn from the seed: the same rows in the same order and the
 * same parameters give the same bits, which are those of the library's {@code Trainer} on one machine. The rows are
 * read twice: cache them if computing them takes long.
 */
public class MnistNativeClassifier
        extends ProbabilisticClassifier<Vector, MnistNativeClassifier, MnistNativeClassificationModel>
        implements NativeSetters<MnistNativeClassifier>, DefaultParamsWritable {
    private static final long serialVersionUID = 1;

    private String uid; // set while the superclass's constructor runs: an initialiser would undo it
    private final TrainingParams trainingParams = new TrainingParams(this);
    private final DoubleParam labelSmoothing = new DoubleParam(
            this, "labelSmoothing", "PyTorch's label_smoothing, in [0, 1]", ParamValidators.inRange(0, 1));

    /** One with a uid of its own. */
    public MnistNativeClassifier() {
        this(Identifiable$.MODULE$.randomUID("mnistNative"));
    }

    /** One with this uid. */
    public MnistNativeClassifier(String uid) {
        this(FreshUid.offer(uid));
    }

    private MnistNativeClassifier(FreshUid offered) {
        super();
        TrainingParams.setDefaults(this);
        setDefault(labelSmoothing, 0.0);
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
    public MnistNativeClassifier self() {
        return this;
    }

    /** PyTorch's label_smoothing; default 0. */
    public DoubleParam labelSmoothing() {
        return labelSmoothing;
    }

    /** The value of {@link #labelSmoothing}. */
    public double getLabelSmoothing() {
        return (Double) getOrDefault(labelSmoothing);
    }

    /** PyTorch's label_smoothing; default 0. */
    public MnistNativeClassifier setLabelSmoothing(double value) {
        set(labelSmoothing, value);
        return this;
    }

    @Override
    public MnistNativeClassifier copy(ParamMap extra) {
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
    public MnistNativeClassificationModel fit(Dataset<?> dataset) {
        transformSchema(dataset.schema());
        return copyValues(train(dataset).setParent(this), ParamMap.empty());
    }

    /**
     * Trains; called by {@code fit}.
     *
     * @throws IllegalArgumentException if rows or parameters are not as they must be, or training diverges
     */
    @Override
    public MnistNativeClassificationModel train(Dataset<?> dataset) {
        SparkVersions.require();
        Slots.require(dataset.sparkSession().sparkContext(), getNumWorkers());
        StructField label = dataset.schema().apply(getLabelCol());
        SampleColumns columns = SampleColumns.of(this, label);
        JavaRDD<Row> rows =
                columns.select(dataset, getFeaturesCol(), getLabelCol(), this).toJavaRDD();
        List<String> features = LabelNames.featureNames(dataset.schema().apply(getFeaturesCol()));
        TrainingPlan plan;
        InputScan scan;
        if (columns.several()) {
            scan = InputScan.of(rows, columns, Task.MULTI_LABEL);
            int[] layers = Layers.of(this, scan.features(), scan.answers());
            requireLabels(scan, layers[layers.length - 1]);
            List<String> names = LabelNames.featureNames(label);
            plan = plan("bce", columns.withAnswers(scan.answers()), layers, features, names, scan, rows);
        } else {
            scan = InputScan.of(rows, columns, Task.CLASSES);
            int classes = Math.max(2, Math.max(scan.classes(), LabelNames.classes(label)));
            int[] layers = Layers.of(this, scan.features(), classes);
            requireClasses(scan, layers[layers.length - 1]);
            plan = plan("cross_entropy", columns, layers, features, LabelNames.classNames(label), scan, rows);
        }
        TrainingOutcome outcome = TrainingJob.run(rows, scan, plan);
        return new MnistNativeClassificationModel(uid(), outcome.model(), outcome.summary());
    }

    private TrainingPlan plan(
            String loss,
            SampleColumns columns,
            int[] layers,
            List<String> features,
            List<String> classes,
            InputScan scan,
            JavaRDD<Row> rows) {
        List<String> names = classes.size() == layers[layers.length - 1] ? classes : List.of();
        TrainingPlan.Answers answers = new TrainingPlan.Answers(loss, getLabelSmoothing(), columns, features, names);
        return new TrainingPlan(this, layers, answers, scan, Slots.wantsSealing(rows.context()));
    }

    private void requireLabels(InputScan scan, int outputs) {
        if (scan.answers() != outputs) {
            throw new IllegalArgumentException("a row has " + scan.answers() + " labels, but layers ends in " + outputs
                    + " outputs: give layers as many as there are labels");
        }
        if (getLabelSmoothing() > 0) {
            throw new IllegalArgumentException("labelSmoothing is for rows of one class, but column " + getLabelCol()
                    + " has several labels a row: set it to 0, or smooth the labels, which may be fractions");
        }
    }

    private static void requireClasses(InputScan scan, int outputs) {
        if (scan.classes() > outputs) {
            throw new IllegalArgumentException("a row's label is " + (scan.classes() - 1) + ", but layers ends in "
                    + outputs + " classes, labels 0 … " + (outputs - 1) + ": give layers at least "
                    + scan.classes() + " outputs");
        }
    }

    /** Reads what {@code write} stored. */
    public static MLReader<MnistNativeClassifier> read() {
        return new DefaultParamsReader<>();
    }

    /** The same from a path. */
    public static MnistNativeClassifier load(String path) {
        return read().load(path);
    }
}
