package dev.mnistnative.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A session of two threads, and rows to train on. */
final class Sessions {
    static final StructType LABELLED =
            new StructType().add("features", SQLDataTypes.VectorType()).add("label", DataTypes.DoubleType);

    private Sessions() {}

    /** The session that all tests of this JVM share. */
    static synchronized SparkSession local() {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.sql.parquet.compression.codec", "zstd") // snappy-java fails where musl is installed
                .config("spark.log.level", "WARN")
                .config("spark.connect.grpc.binding.port", "0")
                .config("spark.connect.ml.backend.classes", "dev.mnistnative.spark.ConnectBackend")
                .getOrCreate();
    }

    static Dataset<Row> of(StructType schema, List<Row> rows, int partitions) {
        // by an RDD: a local relation would be cut by the parallelism
        return local().createDataFrame(
                        org.apache.spark.api.java.JavaSparkContext.fromSparkContext(local().sparkContext())
                                .parallelize(rows, partitions),
                        schema);
    }

    /** The four rows of exclusive or, in two partitions. */
    static Dataset<Row> xor() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            rows.add(RowFactory.create(Vectors.dense(i & 1, i >> 1), (double) ((i & 1) ^ (i >> 1))));
        }
        return of(LABELLED, rows, 2);
    }

    /** Three clouds in four dimensions, one a class, drawn from the seed. */
    static List<Row> clouds(int count, long seed) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int label = i % 3;
            double[] values = new double[4];
            for (int f = 0; f < values.length; f++) {
                values[f] = (float) (random.nextGaussian() * 0.7 + (f == label ? 2 : 0));
            }
            rows.add(RowFactory.create(Vectors.dense(values), (double) label));
        }
        return rows;
    }

    static Dataset<Row> clouds(int count, long seed, int partitions) {
        return of(LABELLED, clouds(count, seed), partitions);
    }

    static float[] floats(Vector vector) {
        float[] values = new float[vector.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) vector.apply(i);
        }
        return values;
    }

    /** Share of rows whose prediction is the label. */
    static double accuracy(Dataset<Row> predicted) {
        return predicted.where("prediction = label").count() / (double) predicted.count();
    }
}
