package dev.mnistnative.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;

/** What the cluster has for tasks that must run at the same time, and whether they may talk in the open. */
final class Slots {
    private static final int FIRST_SECONDS = 120; // for the first executor of a session that is just starting
    private static final int NEXT_SECONDS = 20; // for each after it
    private static final int LOOK_MILLIS = 100;

    private Slots() {}

    /**
     * Spark itself would wait for ten minutes before it says so.
     *
     * @throws IllegalStateException if so many tasks cannot run at the same time
     */
    static void require(SparkContext context, int tasks) {
        ResourceProfile profile = context.resourceProfileManager().defaultResourceProfile();
        int slots = context.maxNumConcurrentTasks(profile);
        long deadline = context.isLocal() ? System.nanoTime() : deadline(slots);
        while (slots < tasks && System.nanoTime() - deadline < 0) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for executors", e);
            }
            int now = context.maxNumConcurrentTasks(profile);
            deadline = now > slots ? deadline(now) : deadline;
            slots = now;
        }
        if (slots < tasks) {
            throw new IllegalStateException("numWorkers is " + tasks + ", but the cluster can run " + slots
                    + " tasks at the same time: set numWorkers to at most that, and numShards to keep the result the"
                    + " same, or give the session more executors");
        }
    }

    private static long deadline(int slots) {
        return System.nanoTime() + (slots == 0 ? FIRST_SECONDS : NEXT_SECONDS) * 1_000_000_000L;
    }

    /** Whether the session protects what its processes say to each other. */
    static boolean wantsSealing(SparkContext context) {
        SparkConf conf = context.getConf();
        return conf.getBoolean("spark.authenticate", false)
                || conf.getBoolean("spark.network.crypto.enabled", false)
                || conf.getBoolean("spark.ssl.enabled", false);
    }
}
