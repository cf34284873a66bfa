package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Executors in JVMs of their own: the bits of threads, also where one of them is killed. */
@Timeout(600)
class ClusterTest {
    /** How many fits are to lose an executor; 1, or more for a long run. */
    private static final int KILLS = Integer.getInteger("spark.kills", 1);

    @TempDir
    Path folder;

    private SparkSession session;

    @AfterEach
    void stop() {
        if (session != null) {
            session.stop();
        }
    }

    @Test
    void aFitThatLosesAnExecutorEndsWithTheSameBits() throws Exception {
        List<Row> rows = Sessions.clouds(3001, 31);
        MnistNativeClassifier learner = LocalSgdTest.learner()
                .setMaxIter(60)
                .setNumShards(2)
                .setCheckpointPath("gate://" + folder)
                .setCheckpointInterval(500);
        GateFileSystem.register(Sessions.local());
        Vector expected = learner.fit(Sessions.of(Sessions.LABELLED, rows, 3)).weights();
        session = Clusters.builder("local-cluster[2,1,1024]")
                .config("spark.hadoop.fs.gate.impl", GateFileSystem.class.getName())
                .config("spark.authenticate", true)
                .config("spark.network.crypto.enabled", true)
                .config("spark.authenticate.secret", "a secret of this test")
                .getOrCreate();
        Dataset<Row> remote = Clusters.of(session, rows);
        long began = System.nanoTime();
        assertEquals(expected, learner.setNumWorkers(2).fit(remote).weights(), "undisturbed");
        long whole = (System.nanoTime() - began) / 1_000_000;
        Random random = new Random(32);
        for (int kill = 0; kill < KILLS; kill++) {
            long after = KILLS == 1 ? -1 : (long) (whole * random.nextDouble());
            CompletableFuture<Void> killed = CompletableFuture.runAsync(() -> kill(after, random.nextBoolean()));
            assertEquals(expected, learner.fit(remote).weights(), "after a kill, " + after + " ms from the beginning");
            killed.join();
            try (Stream<Path> left = Files.list(folder)) {
                assertEquals(0, left.count(), "checkpoints are removed");
            }
        }
    }

    /** @param millis from now; negative: when there are checkpoints of both shards */
    private void kill(long millis, boolean first) {
        try {
            if (millis >= 0) {
                Thread.sleep(millis);
            } else {
                while (shardsWithCheckpoints() < 2) {
                    Thread.sleep(5);
                }
            }
            List<ProcessHandle> executors = Clusters.executors();
            assertEquals(2, executors.size());
            ProcessHandle executor = executors.get(first ? 0 : 1);
            assertTrue(executor.destroyForcibly());
            executor.onExit().get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private long shardsWithCheckpoints() {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> path.getFileName().toString().startsWith("checkpoint-"))
                    .map(Path::getParent)
                    .distinct()
                    .count();
        } catch (Exception e) {
            return 0; // a file went away meanwhile
        }
    }
}
