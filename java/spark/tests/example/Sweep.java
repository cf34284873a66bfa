package example;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Placement;
import dev.mnistnative.net.Precision;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.BestEpoch;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Fifty settings side by side on a cluster, without Spark's ML: each task trains one by the plain library, on data that
 * is broadcast once, and tells a row. For data that fits into one machine's memory this is what a cluster is best at.
 *
 * <p>{@code spark-submit --jars mnist-native-spark-0.1.0-all.jar,mnist-native-0.1.0-data.jar --class example.Sweep
 * sweep.jar}
 */
public final class Sweep {
    private static final StructType TABLE = new StructType()
            .add("hidden", DataTypes.IntegerType)
            .add("rate", DataTypes.DoubleType)
            .add("activation", DataTypes.StringType)
            .add("epoch", DataTypes.IntegerType)
            .add("accuracy", DataTypes.DoubleType)
            .add("seconds", DataTypes.DoubleType);

    private Sweep() {}

    /** What is tried. */
    public record Setting(int hidden, double rate, String activation) implements Serializable {}

    /** Samples as they travel: [rows * features] unsigned bytes, [rows] labels. */
    public record Samples(byte[] pixels, int[] labels, int features) implements Serializable {
        /** Those of a data set whose values are k / 255. */
        public static Samples of(Dataset data) {
            byte[] pixels = new byte[data.size() * data.features()];
            int[] labels = new int[data.size()];
            for (int i = 0; i < labels.length; i++) {
                float[] sample = data.sample(i);
                for (int f = 0; f < sample.length; f++) {
                    pixels[i * sample.length + f] = (byte) Math.round(sample[f] * 255);
                }
                labels[i] = data.label(i);
            }
            return new Samples(pixels, labels, data.features());
        }
    }

    /** Tries fifty on MNIST and shows the table, the best first. */
    public static void main(String[] args) {
        SparkSession session = SparkSession.builder().appName("sweep").getOrCreate();
        List<Setting> settings = new ArrayList<>();
        for (int hidden : new int[] {32, 64, 128, 256, 512}) {
            for (double rate : new double[] {3e-4, 1e-3, 2e-3, 4e-3, 8e-3}) {
                for (String activation : List.of("relu", "gelu")) {
                    settings.add(new Setting(hidden, rate, activation));
                }
            }
        }
        try (Dataset train = Mnist.train()) {
            table(session, settings, Samples.of(train), 10)
                    .sort(functions.desc("accuracy"))
                    .show(settings.size(), false);
        }
        session.stop();
    }

    /** A row for each setting: the epoch that was best on the validation rows, and how good. */
    public static org.apache.spark.sql.Dataset<Row> table(
            SparkSession session, List<Setting> settings, Samples samples, int epochs) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
        Broadcast<Samples> sent = context.broadcast(samples);
        List<Row> rows = context.parallelize(settings, settings.size()) // one a task
                .map(setting -> train(setting, sent.value(), epochs))
                .collect();
        return session.createDataFrame(rows, TABLE);
    }

    private static Row train(Setting setting, Samples samples, int epochs) {
        int threads = TaskContext.get().cpus(); // those that Spark gave to the task: others have theirs
        TrainingSettings settings = TrainingSettings.builder(
                        Mlp.of(samples.features(), setting.hidden(), 10).withActivations(setting.activation()))
                .optimizer(new Adam(setting.rate()))
                .batchSize(128)
                .epochs(epochs)
                .shuffle(true)
                .earlyStopping(3)
                .seed(1)
                .placement(new Placement(Device.cpu(), Precision.FLOAT32, threads, "auto"))
                .build();
        try (Dataset all = Dataset.ofBytes(samples.pixels(), samples.features(), samples.labels());
                TrainingData data = all.split(0.1, 1);
                Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(data);
            BestEpoch best = result.best().orElseThrow();
            return RowFactory.create(
                    setting.hidden(),
                    setting.rate(),
                    setting.activation(),
                    best.epoch(),
                    best.evaluation().accuracy(),
                    result.seconds());
        }
    }
}
