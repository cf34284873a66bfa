package dev.mnistnative.spark;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * The driver's side of training: a row's number is its place in the data set's order, so that shuffles may hand rows
 * out as they like.
 */
final class TrainingJob {
    private TrainingJob() {}

    /** Turns a partition's rows into samples with numbers, on an executor. */
    private record Numbering(SampleColumns columns, int features, long[] trainingBefore, long[] validationBefore)
            implements Function2<Integer, Iterator<Row>, Iterator<Tuple2<Integer, byte[]>>> {
        @Override
        public Iterator<Tuple2<Integer, byte[]>> call(Integer partition, Iterator<Row> rows) {
            SampleBytes.Writer writer = new SampleBytes.Writer(columns, features);
            return new Iterator<>() {
                private long training = trainingBefore[partition];
                private long validation = validationBefore[partition];

                @Override
                public boolean hasNext() {
                    return rows.hasNext();
                }

                @Override
                public Tuple2<Integer, byte[]> next() {
                    Row row = rows.next();
                    boolean held = columns.isValidation(row);
                    long number = held ? validation++ : training++;
                    return new Tuple2<>(0, writer.bytes(row, number, held));
                }
            };
        }
    }

    /** By the key, which is the task. */
    private static final class ByTask extends Partitioner {
        private static final long serialVersionUID = 1;
        private final int tasks;

        private ByTask(int tasks) {
            this.tasks = tasks;
        }

        @Override
        public int numPartitions() {
            return tasks;
        }

        @Override
        public int getPartition(Object key) {
            return (Integer) key;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ByTask that && tasks == that.tasks;
        }

        @Override
        public int hashCode() {
            return tasks;
        }
    }

    /**
     * Trains on one worker.
     *
     * @param rows as the scan saw them
     * @throws IllegalArgumentException if training refuses what it was given, or diverges
     */
    static TrainingOutcome run(JavaRDD<Row> rows, InputScan scan, TrainingPlan plan) {
        Numbering numbering = new Numbering(
                plan.answers().columns(), plan.features(), scan.trainingBefore(), scan.validationBefore());
        JavaRDD<byte[]> samples = JavaPairRDD.fromJavaRDD(rows.mapPartitionsWithIndex(numbering, true))
                .partitionBy(new ByTask(1))
                .values();
        List<byte[]> told = samples.mapPartitions(new TrainingTask(plan)).collect();
        return (TrainingOutcome) Wire.read(told.get(0));
    }
}
