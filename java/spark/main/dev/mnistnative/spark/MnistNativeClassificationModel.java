package dev.mnistnative.spark;

import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Parameters;
import java.util.Optional;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@link MnistNativeClassifier} trains: adds logits, probabilities and predictions to rows, batch by batch on
 * whatever executor has them. Each of the three columns is left out where its parameter is empty. All columns of the
 * rows travel along: {@code select} those that are wanted before.
 */
public class MnistNativeClassificationModel
        extends ProbabilisticClassificationModel<Vector, MnistNativeClassificationModel>
        implements NativeParams, MLWritable {
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
        return parameters().net().classes();
    }

    @Override
    public int numFeatures() {
        return parameters().net().features();
    }

    private Parameters parameters() {
        return file.saved().parameters();
    }

    /** Weights and biases in PyTorch's state-dict order: each layer's weight [fan_out, fan_in], row-major, its bias. */
    public Vector weights() {
        float[] values = parameters().values();
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return Vectors.dense(wide);
    }

    /** The net and what its numbers mean, for use without Spark: {@code Model.of(saved.parameters(), …)}. */
    public SavedModel savedModel() {
        return file.saved();
    }

    /** How training went; empty for a model that was loaded. */
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
        StructType seen = Features.seenAsVectors(schema, getFeaturesCol());
        return Features.restored(
                super.validateAndTransformSchema(seen, fitting, featuresType), schema, getFeaturesCol());
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        requireThresholds();
        StructType incoming = dataset.schema();
        ClassColumns added = new ClassColumns(
                numClasses(),
                !getRawPredictionCol().isEmpty(),
                !getProbabilityCol().isEmpty(),
                !getPredictionCol().isEmpty(),
                copyValues(new MnistNativeClassificationModel(uid(), new ModelFile(null), null), ParamMap.empty()));
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

    private void requireThresholds() {
        if (isDefined(thresholds()) && getThresholds().length != numClasses()) {
            throw new IllegalArgumentException("thresholds has " + getThresholds().length
                    + " values, but the model has " + numClasses() + " classes: give one for each");
        }
    }

    /** Logits of one vector; {@link #savedModel} serves many at less cost. */
    @Override
    public Vector predictRaw(Vector features) {
        if (features.size() != numFeatures()) {
            throw new IllegalArgumentException(
                    "the vector has " + features.size() + " features, but the model takes " + numFeatures());
        }
        float[] sample = new float[features.size()];
        double[] wide = features.toArray();
        for (int i = 0; i < sample.length; i++) {
            sample[i] = (float) wide[i];
        }
        try (Model model = NativeModels.make(file.bytes(), TrainingPlan.placement(getDevice(), getPrecision(), 1, 1))) {
            float[] logits = model.logits(sample);
            double[] raw = new double[logits.length];
            for (int i = 0; i < raw.length; i++) {
                raw[i] = logits[i];
            }
            return Vectors.dense(raw);
        }
    }

    @Override
    public Vector raw2probabilityInPlace(Vector raw) {
        ClassColumns.softmax(((DenseVector) raw).values());
        return raw;
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

    /**
     * Writes the net alone to a file, through Hadoop's file systems: {@code .onnx}, {@code .safetensors} or
     * {@code .npz}. {@code write} stores what {@code load} takes.
     *
     * @throws IllegalArgumentException if the name ends otherwise
     */
    public void export(String path) {
        file.export(
                path,
                ModelFormat.ofName(java.nio.file.Path.of(new org.apache.hadoop.fs.Path(path).getName())),
                SparkSession.active().sparkContext().hadoopConfiguration());
    }

    @Override
    public String toString() {
        return "MnistNativeClassificationModel: uid=" + uid() + ", net "
                + parameters().net();
    }

    @Override
    public MLWriter write() {
        return new ModelFolder.Writer(this, file);
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
