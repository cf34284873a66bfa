package dev.mnistnative.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Sessions whose executors are JVMs of their own. */
final class Clusters {
    /** Of JVMs that live for seconds: to load Spark's classes is most of what they do. */
    static final List<String> JVM = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:MetaspaceSize=256m",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote");

    private Clusters() {}

    /** To be built with a master and whatever else; the session that all tests share is stopped for it. */
    static SparkSession.Builder builder(String master) {
        Sessions.local().stop();
        return SparkSession.builder()
                .master(master)
                .config("spark.executor.memory", "512m")
                .config("spark.executor.extraClassPath", System.getProperty("surefire.test.class.path"))
                .config("spark.executor.extraJavaOptions", String.join(" ", JVM))
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.log.level", "WARN");
    }

    static Dataset<Row> of(SparkSession session, List<Row> rows) {
        return session.createDataFrame(
                JavaSparkContext.fromSparkContext(session.sparkContext()).parallelize(rows, 3), Sessions.LABELLED);
    }

    /** Executors that run on this machine, which are children of this JVM in a local cluster. */
    static List<ProcessHandle> executors() {
        return ProcessHandle.current()
                .descendants()
                .filter(Clusters::isExecutor)
                .toList();
    }

    private static boolean isExecutor(ProcessHandle process) {
        try { // ProcessHandle tells the first page of a command alone
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains("CoarseGrainedExecutorBackend");
        } catch (IOException e) {
            return false; // it has ended
        }
    }
}
