package dev.mnistnative.spark;

import dev.mnistnative.net.Task;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@link MnistNativeClassifier} trains: adds logits, probabilities and predictions to rows, batch by batch on
 * whatever executor has them. Each of the three columns is left out where its parameter is empty. All columns of the
 * rows travel along: {@code select} those that are wanted before.
 */
public class MnistNativeClassificationModel
        extends ProbabilisticClassificationModel<Vector, MnistNativeClassificationModel> implements NativeModel {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(MnistNativeClassificationModel.class);

    private String uid; // set while the superclass's constructor runs: an initialiser would undo it
    private final TrainingParams trainingParams = new TrainingParams(this);
    private final ModelFile file;
    private final transient TrainingSummary summary;

    /** For service loaders, which make one to learn its class: it holds no net. */
    public MnistNativeClassificationModel() {
        this(Identifiable$.MODULE$.randomUID("mnistNative"), new ModelFile(null), null);
    }

    /** @param model a safetensors file */
    MnistNativeClassificationModel(String uid, byte[] model, TrainingSummary summary) {
        this(uid, new ModelFile(model), summary);
    }

    private MnistNativeClassificationModel(String uid, ModelFile file, TrainingSummary summary) {
        this(FreshUid.offer(uid), file, summary);
    }

    private MnistNativeClassificationModel(FreshUid offered, ModelFile file, TrainingSummary summary) {
        super();
        this.file = file;
        this.summary = summary;
        TrainingParams.setDefaults(this);
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
    public int numClasses() {
        return net().classes();
    }

    @Override
    public int numFeatures() {
        return net().features();
    }

    /**
     * What {@code transform} computes in; default: the estimator's.
     *
     * @param value float32, bf16, or int8: products of bytes, which are for the device cpu; what is stored is float32
     */
    public MnistNativeClassificationModel setPrecision(String value) {
        set(precision(), value);
        return this;
    }

    @Override
    public ModelFile file() {
        return file;
    }

    private boolean isMultiLabel() {
        return savedModel().info().task() == Task.MULTI_LABEL;
    }

    @Override
    public Optional<TrainingSummary> summary() {
        return Optional.ofNullable(summary);
    }

    /** Bytes of the model, about; Spark Connect's cache asks. */
    public long estimatedSize() {
        return file.bytes().length;
    }

    @Override
    public MnistNativeClassificationModel copy(ParamMap extra) {
        return copyValues(new MnistNativeClassificationModel(uid(), file, summary), extra)
                .setParent(parent());
    }

    @Override
    public StructType validateAndTransformSchema(StructType schema, boolean fitting, DataType featuresType) {
        return Features.checked(
                schema,
                getFeaturesCol(),
                "",
                getPredictionCol(),
                seen -> super.validateAndTransformSchema(seen, fitting, featuresType));
    }

    @Override
    public StructType transformSchema(StructType schema) {
        StructType derived = super.transformSchema(schema);
        return isMultiLabel() ? Features.withArrays(derived, getPredictionCol()) : derived;
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        StructType incoming = dataset.schema();
        Inference.AddedColumns added = added(
                !getRawPredictionCol().isEmpty(),
                !getProbabilityCol().isEmpty(),
                !getPredictionCol().isEmpty());
        if (added.count() == 0) {
            LOG.warn(
                    "{}: transform adds no column: rawPredictionCol, probabilityCol and predictionCol are empty",
                    uid());
            return dataset.toDF();
        }
        StructType outgoing = incoming;
        for (String name : new String[] {getRawPredictionCol(), getProbabilityCol(), getPredictionCol()}) {
            outgoing = name.isEmpty() ? outgoing : outgoing.add(schema.apply(name));
        }
        Inference inference = new Inference(
                file.broadcast(dataset.sparkSession().sparkContext()),
                new Inference.Where(getDevice(), getPrecision(), getThreads()),
                incoming.fieldIndex(getFeaturesCol()),
                incoming.size(),
                added);
        return inference.appendTo(dataset.toDF(), outgoing);
    }

    private Inference.AddedColumns added(boolean raw, boolean probability, boolean prediction) {
        requireThresholds();
        if (isMultiLabel()) {
            double[] thresholds = new double[numClasses()];
            Arrays.fill(thresholds, 0.5);
            return new LabelColumns(
                    numClasses(), raw, probability, prediction, isDefined(thresholds()) ? getThresholds() : thresholds);
        }
        return new ClassColumns(
                numClasses(),
                raw,
                probability,
                prediction,
                copyValues(new MnistNativeClassificationModel(uid(), new ModelFile(null), null), ParamMap.empty()));
    }

    private void requireThresholds() {
        if (isDefined(thresholds()) && getThresholds().length != numClasses()) {
            throw new IllegalArgumentException("thresholds has " + getThresholds().length
                    + " values, but the model has " + numClasses() + " classes: give one for each");
        }
    }

    /** Logits of one vector; {@link #savedModel} serves many at less cost. */
    @Override
    public Vector predictRaw(Vector features) {
        return Vectors.dense(outputs(features));
    }

    @Override
    public Vector raw2probabilityInPlace(Vector raw) {
        double[] values = ((DenseVector) raw).values();
        if (isMultiLabel()) {
            LabelColumns.sigmoid(values);
        } else {
            ClassColumns.softmax(values);
        }
        return raw;
    }

    /**
     * The class of one vector.
     *
     * @throws UnsupportedOperationException if rows have several labels: {@code predictProbability} tells each
     */
    @Override
    public double predict(Vector features) {
        if (isMultiLabel()) {
            throw new UnsupportedOperationException(
                    "the model predicts several labels, not one: use predictProbability, or transform");
        }
        return super.predict(features);
    }

    /**
     * Measures the model on labelled rows, which are not kept.
     *
     * @throws IllegalArgumentException if rows have several labels: MultilabelClassificationEvaluator is for them
     */
    public ClassificationScores evaluate(Dataset<?> dataset) {
        if (isMultiLabel()) {
            throw new IllegalArgumentException("evaluate is for rows of one class, but this model predicts several"
                    + " labels a row: use Spark's MultilabelClassificationEvaluator");
        }
        return ClassificationScores.of(this, dataset);
    }

    @Override
    public SqlAnswer sqlAnswer() {
        return new Prediction(
                added(false, true, true),
                new StructType()
                        .add(
                                "prediction",
                                isMultiLabel()
                                        ? DataTypes.createArrayType(DataTypes.DoubleType, false)
                                        : DataTypes.DoubleType)
                        .add("probability", DataTypes.createArrayType(DataTypes.DoubleType, false)));
    }

    /** A struct of the prediction and the probabilities. */
    private record Prediction(Inference.AddedColumns columns, StructType type) implements SqlAnswer {
        @Override
        public Object of(float[] outputs) {
            Object[] values = new Object[2];
            columns.write(outputs, 0, values, 0);
            double[] shares = ((DenseVector) values[0]).values();
            return RowFactory.create(values[1], Arrays.stream(shares).boxed().toArray(Double[]::new));
        }
    }

    /** Public for {@link ClassColumns}, as Scala's protected is. */
    @Override
    public double probability2prediction(Vector probability) {
        return super.probability2prediction(probability);
    }

    /** What Spark's summaries evaluate by: this, or a copy that has the columns that are left out here. */
    @Override
    @SuppressWarnings({"rawtypes", "unchecked"}) // two superclasses' versions differ in generics alone
    public scala.Tuple3 findSummaryModel() {
        MnistNativeClassificationModel model = this;
        if (getProbabilityCol().isEmpty() || getPredictionCol().isEmpty()) {
            model = copy(ParamMap.empty());
            if (getProbabilityCol().isEmpty()) {
                model.setProbabilityCol("probability_" + uid());
            }
            if (getPredictionCol().isEmpty()) {
                model.setPredictionCol("prediction_" + uid());
            }
        }
        return new scala.Tuple3(model, model.getProbabilityCol(), model.getPredictionCol());
    }

    @Override
    public String toString() {
        return "MnistNativeClassificationModel: uid=" + uid() + ", net " + net();
    }

    /**
     * Spark's own trained model as one of ours, which predicts the same (in 32 bits) and is quicker.
     *
     * @param model one that {@code MultilayerPerceptronClassifier} trained; its columns and thresholds are taken over
     */
    public static MnistNativeClassificationModel of(MultilayerPerceptronClassificationModel model) {
        MnistNativeClassificationModel ours = new MnistNativeClassificationModel(
                model.uid(), MlpcWeights.file(model.getLayers(), model.weights()), null);
        ours.setFeaturesCol(model.getFeaturesCol())
                .setRawPredictionCol(model.getRawPredictionCol())
                .setProbabilityCol(model.getProbabilityCol())
                .setPredictionCol(model.getPredictionCol());
        if (model.isDefined(model.thresholds())) {
            ours.setThresholds(model.getThresholds());
        }
        return ours;
    }

    /** Reads what {@code write} stored. */
    public static MLReader<MnistNativeClassificationModel> read() {
        return new ModelFolder.Reader<>(
                MnistNativeClassificationModel.class,
                (uid, file) -> new MnistNativeClassificationModel(uid, file, null));
    }

    /** The same from a path. */
    public static MnistNativeClassificationModel load(String path) {
        return read().load(path);
    }
}
