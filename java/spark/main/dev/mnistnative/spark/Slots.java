package dev.mnistnative.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.resource.ResourceProfile;

/** What the cluster has for tasks that must run at the same time, and whether they may talk in the open. */
final class Slots {
    private static final int WAIT_SECONDS = 20; // for executors that are just starting
    private static final int LOOK_MILLIS = 100;

    private Slots() {}

    /**
     * Spark itself would wait for ten minutes before it says so.
     *
     * @throws IllegalStateException if so many tasks cannot run at the same time
     */
    static void require(SparkContext context, int tasks) {
        long deadline = System.nanoTime() + (context.isLocal() ? 0 : WAIT_SECONDS * 1_000_000_000L);
        ResourceProfile profile = context.resourceProfileManager().defaultResourceProfile();
        int slots = context.maxNumConcurrentTasks(profile);
        while (slots < tasks && System.nanoTime() < deadline) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for executors", e);
            }
            slots = context.maxNumConcurrentTasks(profile);
        }
        if (slots < tasks) {
            throw new IllegalStateException("numWorkers is " + tasks + ", but the cluster can run " + slots
                    + " tasks at the same time: set numWorkers to at most that, and numShards to keep the result the"
                    + " same, or give the session more executors");
        }
    }

    /** Whether the session protects what its processes say to each other. */
    static boolean wantsSealing(SparkContext context) {
        SparkConf conf = context.getConf();
        return conf.getBoolean("spark.authenticate", false)
                || conf.getBoolean("spark.network.crypto.enabled", false)
                || conf.getBoolean("spark.ssl.enabled", false);
    }
}
