package dev.mnistnative.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.apache.spark.Partitioner;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function1;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The driver's side of training: a row's number is its place in the data set's order, so that shuffles may hand rows
 * out as they like.
 */
final class TrainingJob {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingJob.class);

    private TrainingJob() {}

    /** Turns a partition's rows into samples with numbers, keyed by their tasks, on an executor. */
    private record Numbering(
            SampleColumns columns, int features, int tasks, int shards, long[] trainingBefore, long[] validationBefore)
            implements Function2<Integer, Iterator<Row>, Iterator<Tuple2<Integer, byte[]>>> {
        @Override
        public Iterator<Tuple2<Integer, byte[]>> call(Integer partition, Iterator<Row> rows) {
            SampleBytes.Writer writer = new SampleBytes.Writer(columns, features);
            return new Iterator<>() {
                private long training = trainingBefore[partition];
                private long validation = validationBefore[partition];
                private byte[] held; // a validation row, which every task gets
                private int heldBy = tasks;

                @Override
                public boolean hasNext() {
                    return heldBy < tasks || rows.hasNext();
                }

                @Override
                public Tuple2<Integer, byte[]> next() {
                    if (heldBy == tasks) {
                        Row row = rows.next();
                        if (!columns.isValidation(row)) {
                            int task = (int) (training % shards) / (shards / tasks);
                            return new Tuple2<>(task, writer.bytes(row, training++, false));
                        }
                        held = writer.bytes(row, validation++, true);
                        heldBy = 0;
                    }
                    return new Tuple2<>(heldBy++, held);
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

    /** What the stage of a barrier begins with; all else is Java's API. */
    private interface Same<T> extends Function1<T, T>, Serializable {}

    /**
     * Trains.
     *
     * @param rows as the scan saw them
     * @throws IllegalArgumentException if training refuses what it was given, or diverges
     * @throws IllegalStateException if the cluster has fewer slots than workers
     */
    static TrainingOutcome run(JavaRDD<Row> rows, InputScan scan, TrainingPlan plan) {
        Numbering numbering = new Numbering(
                plan.answers().columns(),
                plan.features(),
                plan.tasks(),
                plan.shards(),
                scan.trainingBefore(),
                scan.validationBefore());
        JavaRDD<byte[]> samples = JavaPairRDD.fromJavaRDD(rows.mapPartitionsWithIndex(numbering, true))
                .partitionBy(new ByTask(plan.tasks()))
                .values();
        Slots.require(rows.context(), plan.tasks());
        MemoryNeed.warning(rows.context().getConf(), MemoryNeed.mebibytes(plan)).ifPresent(LOG::warn);
        FitCheckpoints checkpoints = plan.checkpoints(rows.context().hadoopConfiguration());
        try (Rendezvous door = door(rows.context().getConf(), plan)) {
            TrainingTask task = new TrainingTask(plan, door == null ? null : door.address(), checkpoints);
            JavaRDD<byte[]> told = plan.tasks() == 1
                    ? samples.mapPartitions(task)
                    // behind a shuffle a stage that lost a task is tried again; a job's last stage fails the job
                    : barrier(samples).mapPartitions(task).repartition(1);
            TrainingOutcome outcome = (TrainingOutcome) Wire.read(told.collect().get(0));
            if (checkpoints != null) {
                checkpoints.remove();
            }
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Rendezvous door(SparkConf session, TrainingPlan plan) throws IOException {
        return plan.tasks() > 1 && plan.meetsAtDriver() ? Rendezvous.open(session, plan.key(), plan.tasks()) : null;
    }

    private static JavaRDD<byte[]> barrier(JavaRDD<byte[]> samples) {
        ClassTag<byte[]> tag = ClassTag$.MODULE$.apply(byte[].class);
        Same<scala.collection.Iterator<byte[]>> same = all -> all;
        return JavaRDD.fromRDD(samples.rdd().barrier().mapPartitions(same, true, tag), tag);
    }
}
