package dev.mnistnative.spark;

import java.util.Optional;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.RegressionModel;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@link MnistNativeRegressor} trains: adds a prediction (an array where labels were several) to rows, batch by
 * batch on whatever executor has them. All columns of the rows travel along: {@code select} the wanted ones before.
 */
public class MnistNativeRegressionModel extends RegressionModel<Vector, MnistNativeRegressionModel>
        implements NativeModel {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(MnistNativeRegressionModel.class);

    private String uid; // set while the superclass's constructor runs: an initialiser would undo it
    private final TrainingParams trainingParams = new TrainingParams(this);
    private final ModelFile file;
    private final transient TrainingSummary summary;

    /** For service loaders, which make one to learn its class: it holds no net. */
    public MnistNativeRegressionModel() {
        this(Identifiable$.MODULE$.randomUID("mnistNative"), new ModelFile(null), null);
    }

    /** @param model a safetensors file */
    MnistNativeRegressionModel(String uid, byte[] model, TrainingSummary summary) {
        this(uid, new ModelFile(model), summary);
    }

    private MnistNativeRegressionModel(String uid, ModelFile file, TrainingSummary summary) {
        this(FreshUid.offer(uid), file, summary);
    }

    private MnistNativeRegressionModel(FreshUid offered, ModelFile file, TrainingSummary summary) {
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
    public int numFeatures() {
        return net().features();
    }

    /**
     * What {@code transform} computes in; default: the estimator's.
     *
     * @param value float32, bf16, or int8: products of bytes, which are for the device cpu; what is stored is float32
     */
    public MnistNativeRegressionModel setPrecision(String value) {
        set(precision(), value);
        return this;
    }

    @Override
    public ModelFile file() {
        return file;
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
    public MnistNativeRegressionModel copy(ParamMap extra) {
        return copyValues(new MnistNativeRegressionModel(uid(), file, summary), extra)
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
        return net().classes() == 1 ? derived : Features.withArrays(derived, getPredictionCol());
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        StructType schema = transformSchema(dataset.schema());
        if (getPredictionCol().isEmpty()) {
            LOG.warn("{}: transform adds no column: predictionCol is empty", uid());
            return dataset.toDF();
        }
        StructType incoming = dataset.schema();
        StructType outgoing = incoming.add(schema.apply(getPredictionCol()));
        Inference inference = new Inference(
                file.broadcast(dataset.sparkSession().sparkContext()),
                new Inference.Where(getDevice(), getPrecision(), getThreads()),
                incoming.fieldIndex(getFeaturesCol()),
                incoming.size(),
                new ValueColumn(net().classes()));
        return inference.appendTo(dataset.toDF(), outgoing);
    }

    /**
     * The prediction of one vector; {@link #savedModel} serves many at less cost.
     *
     * @throws UnsupportedOperationException if the model predicts several numbers: {@link #outputs} gives them
     */
    @Override
    public double predict(Vector features) {
        double[] values = outputs(features);
        if (values.length > 1) {
            throw new UnsupportedOperationException(
                    "the model predicts " + values.length + " numbers, not one: use outputs, or transform");
        }
        return values[0];
    }

    @Override
    public SqlAnswer sqlAnswer() {
        return new Values(new ValueColumn(net().classes()));
    }

    /** The prediction. */
    private record Values(ValueColumn column) implements SqlAnswer {
        @Override
        public DataType type() {
            return column.values() == 1 ? DataTypes.DoubleType : DataTypes.createArrayType(DataTypes.DoubleType, false);
        }

        @Override
        public Object of(float[] outputs) {
            return column.value(outputs, 0);
        }
    }

    @Override
    public String toString() {
        return "MnistNativeRegressionModel: uid=" + uid() + ", net " + net();
    }

    /** Reads what {@code write} stored. */
    public static MLReader<MnistNativeRegressionModel> read() {
        return new ModelFolder.Reader<>(
                MnistNativeRegressionModel.class, (uid, file) -> new MnistNativeRegressionModel(uid, file, null));
    }

    /** The same from a path. */
    public static MnistNativeRegressionModel load(String path) {
        return read().load(path);
    }
}
