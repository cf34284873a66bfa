import com.sun.management.OperatingSystemMXBean;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.spark.MnistNativeClassificationModel;
import dev.mnistnative.spark.MnistNativeClassifier;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Spark's own multi-layer perceptron and ours on MNIST, 784-312-256-10, in one process: time to its accuracy, rows a
 * second of transform, and what a fit by Spark costs beside a plain one. Arguments: MLPC's maxIter, a folder for
 * Parquet files, rounds of transform.
 */
public final class AgainstMlpc {
    private static final int[] LAYERS = {784, 312, 256, 10};
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private AgainstMlpc() {}

    /** What an action took. */
    private record Took<T>(T value, double wall, double cpu) {
        static <T> Took<T> by(Supplier<T> action) {
            long wall = System.nanoTime();
            long cpu = SYSTEM.getProcessCpuTime();
            T value = action.get();
            return new Took<>(value, (System.nanoTime() - wall) / 1e9, (SYSTEM.getProcessCpuTime() - cpu) / 1e9);
        }
    }

    private static void say(String what, Object... values) {
        System.out.printf("RESULT load %.1f  %s%n", SYSTEM.getSystemLoadAverage(), String.format(what, values));
    }

    public static void main(String[] args) {
        int maxIter = Integer.parseInt(args[0]);
        Path folder = Path.of(args[1]);
        int rounds = Integer.parseInt(args[2]);
        SparkSession session = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.parquet.compression.codec", "zstd")
                .config("spark.log.level", "ERROR")
                .getOrCreate();
        say("Spark %s, Java %s", session.version(), Runtime.version());
        try (dev.mnistnative.data.Dataset train = Mnist.train();
                dev.mnistnative.data.Dataset test = Mnist.test()) {
            for (boolean sparse : new boolean[] {false, true}) {
                write(session, train, folder.resolve(name("train", sparse)), sparse);
                write(session, test, folder.resolve(name("test", sparse)), sparse);
            }
            Dataset<Row> trainRows = read(session, folder, "train", false);
            Dataset<Row> testRows = read(session, folder, "test", false);
            MultilayerPerceptronClassificationModel theirs = training(trainRows, testRows, train, test, maxIter);
            MnistNativeClassificationModel ours = learner(1).fit(trainRows);
            for (boolean sparse : new boolean[] {false, true}) {
                transforming(read(session, folder, "train", sparse), theirs, ours, rounds, sparse ? "sparse" : "dense");
            }
            overhead(trainRows, train);
        }
        session.stop();
        System.exit(0); // Spark 3.5's timer of barriers would not let it end
    }

    private static String name(String part, boolean sparse) {
        return part + (sparse ? "-sparse" : "-dense");
    }

    private static Dataset<Row> read(SparkSession session, Path folder, String part, boolean sparse) {
        return session.read().parquet(folder.resolve(name(part, sparse)).toString());
    }

    private static void write(SparkSession session, dev.mnistnative.data.Dataset data, Path to, boolean sparse) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            float[] sample = data.sample(i);
            double[] wide = new double[sample.length];
            for (int f = 0; f < wide.length; f++) {
                wide[f] = sample[f];
            }
            Vector vector = Vectors.dense(wide);
            rows.add(RowFactory.create(sparse ? vector.toSparse() : vector, (double) data.label(i)));
        }
        StructType schema =
                new StructType().add("features", SQLDataTypes.VectorType()).add("label", DataTypes.DoubleType);
        session.createDataFrame(JavaSparkContext.fromSparkContext(session.sparkContext()).parallelize(rows, 8), schema)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(to.toString());
    }

    private static double accuracy(Transformer model, Dataset<Row> rows) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(model.transform(rows));
    }

    private static MnistNativeClassifier learner(int epochs) {
        return new MnistNativeClassifier()
                .setLayers(LAYERS)
                .setBatchSize(320)
                .setStepSize(1e-3)
                .setMaxIter(epochs)
                .setThreads(2); // of training: transform takes a core a task
    }

    private static TrainingSettings settings(int epochs) {
        return TrainingSettings.builder(Mlp.of(LAYERS))
                .batchSize(320)
                .dropLast(false)
                .epochs(epochs)
                .shuffle(true)
                .optimizer(new Adam(1e-3))
                .build();
    }

    private static MultilayerPerceptronClassificationModel training(
            Dataset<Row> trainRows,
            Dataset<Row> testRows,
            dev.mnistnative.data.Dataset train,
            dev.mnistnative.data.Dataset test,
            int maxIter) {
        Took<MultilayerPerceptronClassificationModel> theirs = Took.by(() -> new MultilayerPerceptronClassifier()
                .setLayers(LAYERS)
                .setMaxIter(maxIter)
                .setSeed(1)
                .fit(trainRows));
        double goal = accuracy(theirs.value(), testRows);
        say("MLPC, maxIter %d: accuracy %.4f in %.1f s, %.1f CPU-s", maxIter, goal, theirs.wall(), theirs.cpu());
        learner(1).fit(trainRows); // as MLPC's, ours is compiled by then
        double reached = 0;
        for (int epochs = 1; reached < goal && epochs <= 50; epochs++) {
            int each = epochs;
            Took<MnistNativeClassificationModel> ours = Took.by(() -> learner(each).fit(trainRows));
            reached = accuracy(ours.value(), testRows);
            say(
                    "ours, %d epochs, fit by Spark: accuracy %.4f in %.2f s, %.2f CPU-s: %.0f x, by CPU %.0f x",
                    epochs,
                    reached,
                    ours.wall(),
                    ours.cpu(),
                    theirs.wall() / ours.wall(),
                    theirs.cpu() / ours.cpu());
            Took<Double> plain = Took.by(() -> {
                try (Trainer trainer = Trainer.create(settings(each))) {
                    trainer.fit(train);
                    try (dev.mnistnative.model.Model model = trainer.model()) {
                        return model.evaluate(test).accuracy();
                    }
                }
            });
            say(
                    "ours, %d epochs, plain Java: accuracy %.4f in %.2f s, %.2f CPU-s: %.0f x, by CPU %.0f x",
                    epochs,
                    plain.value(),
                    plain.wall(),
                    plain.cpu(),
                    theirs.wall() / plain.wall(),
                    theirs.cpu() / plain.cpu());
        }
        return theirs.value();
    }

    private static void transforming(
            Dataset<Row> rows, Transformer theirs, MnistNativeClassificationModel ours, int rounds, String what) {
        double count = rows.count();
        ours.registerFunction(rows.sparkSession(), "digit");
        List<String> names = List.of(
                "MLPC", "ours", "ours after select", "ours as a function of SQL", "reading Parquet alone");
        List<Supplier<Dataset<Row>>> ways = List.of(
                () -> theirs.transform(rows),
                () -> ours.transform(rows),
                () -> ours.transform(rows.select("features")),
                () -> rows.selectExpr("label", "digit(features)"),
                () -> rows);
        double[] best = new double[2 * ways.size()]; // seconds of each way, wall and CPU
        java.util.Arrays.fill(best, Double.MAX_VALUE);
        for (int round = 0; round < rounds; round++) {
            // MLPC is compiled within its first hundred thousand rows, and takes most of the time: four rounds of it
            for (int way = round < 4 ? 0 : 1; way < ways.size(); way++) {
                Dataset<Row> predicted = ways.get(way).get();
                Took<Boolean> took = Took.by(() -> {
                    predicted.write().format("noop").mode(SaveMode.Overwrite).save();
                    return true;
                });
                best[2 * way] = Math.min(best[2 * way], took.wall());
                best[2 * way + 1] = Math.min(best[2 * way + 1], took.cpu());
            }
        }
        for (int way = 0; way < ways.size(); way++) {
            say(
                    "transform, %s, %s: %.0f rows/s, %.0f a CPU-s: %.1f x, by CPU %.1f x",
                    what,
                    names.get(way),
                    count / best[2 * way],
                    count / best[2 * way + 1],
                    best[0] / best[2 * way],
                    best[1] / best[2 * way + 1]);
        }
    }

    private static void overhead(Dataset<Row> trainRows, dev.mnistnative.data.Dataset train) {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            double spark = Took.by(() -> learner(8).fit(trainRows)).wall();
            double plain = Took.by(() -> {
                        try (Trainer trainer = Trainer.create(settings(8))) {
                            return trainer.fit(train);
                        }
                    })
                    .wall();
            say("8 epochs: %.2f s by Spark, %.2f s by plain Java", spark, plain);
            least = Math.min(least, spark - plain);
        }
        say("a fit by Spark costs %.2f s more than a plain one (least of 5)", least);
    }
}
