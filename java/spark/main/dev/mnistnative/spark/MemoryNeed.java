package dev.mnistnative.spark;

import java.util.Optional;
import org.apache.spark.SparkConf;

/** What a training task's samples take outside the heap, which Spark's settings for the heap do not count. */
final class MemoryNeed {
    private static final long SLACK = 100; // MiB: nets, moments, buffers
    private static final double USUAL_FACTOR = 0.1; // Spark's default for what lies outside the heap
    private static final long USUAL_LEAST = 384;

    private MemoryNeed() {}

    /** At most so many MiB: a fourth where all values are k / 255. */
    static long mebibytes(TrainingPlan plan) {
        long rows = (long) plan.rowsPerShard() * plan.shardsPerTask() + plan.validationRows();
        return rows * plan.features() * Float.BYTES >> 20;
    }

    /**
     * What to do where there is no room for them.
     *
     * @param need in MiB
     */
    static String remedy(long need) {
        return "the samples of a training task take up to " + need
                + " MiB outside the heap: set spark.executor.memoryOverhead to at least " + (need + SLACK)
                + "m, or use more workers";
    }

    /**
     * What is to be told before a container's limit ends an executor without a word; empty where there is no such.
     *
     * @param need in MiB
     */
    static Optional<String> warning(SparkConf session, long need) {
        String master = session.get("spark.master", "");
        if (!master.startsWith("yarn") && !master.startsWith("k8s")) {
            return Optional.empty();
        }
        long usual = Math.max(USUAL_LEAST, (long) (USUAL_FACTOR * session.getSizeAsMb("spark.executor.memory", "1g")));
        long set = session.getSizeAsMb("spark.executor.memoryOverhead", usual + "m");
        return need + SLACK <= set ? Optional.empty() : Optional.of(remedy(need) + " (it is " + set + "m)");
    }
}
