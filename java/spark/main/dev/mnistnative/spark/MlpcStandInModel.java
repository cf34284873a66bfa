package dev.mnistnative.spark;

import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What Spark Connect loads where a client asks for Spark's {@code MultilayerPerceptronClassificationModel}: our model,
 * be the folder one of ours or one that Spark's own wrote. There are no objects of this class that do anything.
 */
public final class MlpcStandInModel extends Transformer {
    private static final long serialVersionUID = 1;

    private String uid; // set while the superclass's constructor runs: an initialiser would undo it

    /** For service loaders, which make one to learn its class. */
    public MlpcStandInModel() {
        this(FreshUid.offer(Identifiable$.MODULE$.randomUID("mlpc")));
    }

    private MlpcStandInModel(FreshUid offered) {
        super();
    }

    @Override
    public String uid() {
        if (uid == null) {
            uid = FreshUid.take();
        }
        return uid;
    }

    /** Reads a model of either kind. */
    @SuppressWarnings("deprecation") // the way that all versions have
    public static MnistNativeClassificationModel load(String path) {
        String stored = DefaultParamsReader$.MODULE$
                .loadMetadata(path, SparkSession.active().sparkContext(), "")
                .className();
        return stored.equals(MultilayerPerceptronClassificationModel.class.getName())
                ? MnistNativeClassificationModel.of(MultilayerPerceptronClassificationModel.load(path))
                : MnistNativeClassificationModel.load(path);
    }

    @Override
    public Dataset<Row> transform(Dataset<?> dataset) {
        throw holdsNothing();
    }

    @Override
    public StructType transformSchema(StructType schema) {
        throw holdsNothing();
    }

    @Override
    public MlpcStandInModel copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    private static IllegalStateException holdsNothing() {
        return new IllegalStateException("this model holds no net: load one from its folder");
    }
}
