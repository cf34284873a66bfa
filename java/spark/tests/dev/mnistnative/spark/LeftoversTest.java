package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What fits leave in a session: nothing. */
@Timeout(300)
class LeftoversTest {
    private static final int FITS = 50;

    @TempDir
    Path folder;

    /** Threads of this process that Java does not know: the native side's, the garbage collector's and so on. */
    private static int otherThreads() {
        return new File("/proc/self/task").list().length
                - java.lang.management.ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static List<String> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("mnist-native"))
                .toList();
    }

    @Test
    void neitherBytesNorThreadsNorFilesAreLeftAfterFiftyFits() throws IOException, InterruptedException {
        Dataset<Row> rows = Sessions.clouds(301, 60, 3).cache();
        GateFileSystem.register(Sessions.local());
        MnistNativeClassifier learner = LocalSgdTest.learner()
                .setMaxIter(2)
                .setNumShards(4)
                .setNumWorkers(2)
                .setCheckpointPath("gate://" + folder);
        learner.fit(rows).transform(rows).count();
        int before = otherThreads();
        for (int i = 1; i < FITS; i++) {
            MnistNativeClassificationModel model = learner.setSeed(i).fit(rows);
            if (i % 10 == 0) {
                model.transform(rows).count();
            }
        }
        rows.unpersist();
        assertEquals(0, MnistRuntime.nativeBytes());
        assertEquals(List.of(), ours());
        assertTrue(otherThreads() <= before + 2, before + " threads became " + otherThreads()); // compilers come and go
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
        for (int i = 0; i < 100 && OffHeapMemory.held() > 0; i++) {
            System.gc();
            Thread.sleep(50);
        }
        assertEquals(0, OffHeapMemory.held());
    }

    @Test
    void memoryThatAContainerWillNotGiveIsToldBefore() {
        SparkConf yarn = new SparkConf(false).set("spark.master", "yarn").set("spark.executor.memory", "8g");
        assertEquals(Optional.empty(), MemoryNeed.warning(yarn, 700), "a tenth of the heap is 819 MiB");
        String told = MemoryNeed.warning(yarn, 900).orElseThrow();
        assertTrue(told.contains("set spark.executor.memoryOverhead to at least 1000m"), told);
        assertTrue(told.endsWith("(it is 819m)"), told);
        assertEquals(
                Optional.empty(), MemoryNeed.warning(yarn.clone().set("spark.executor.memoryOverhead", "1g"), 900));
        assertTrue(MemoryNeed.warning(yarn.clone().set("spark.master", "k8s://https://host"), 900)
                .isPresent());
        assertEquals(Optional.empty(), MemoryNeed.warning(yarn.clone().set("spark.master", "local[2]"), 900));
    }
}
