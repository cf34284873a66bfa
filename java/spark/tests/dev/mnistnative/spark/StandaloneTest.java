package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A master and two workers with two executors each on this machine, as Spark's own scripts would start them. */
@Timeout(600)
class StandaloneTest {
    private final List<Process> daemons = new ArrayList<>();

    @TempDir
    Path folder;

    private SparkSession session;

    @AfterEach
    void stop() {
        if (session != null) {
            session.stop();
        }
        daemons.forEach(daemon -> daemon.descendants().forEach(ProcessHandle::destroyForcibly));
        daemons.forEach(Process::destroyForcibly);
    }

    private void start(String name, String daemon, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(), "-Xmx256m"));
        command.addAll(Clusters.JVM);
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-") || argument.startsWith("-XX:+Ignore"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getenv("SPARK_HOME") + "/jars/*", "org.apache.spark.deploy." + daemon));
        command.addAll(List.of(arguments));
        File log = folder.resolve(name + ".log").toFile();
        daemons.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start());
    }

    private void awaitMaster(int port) throws Exception {
        while (true) {
            assertTrue(daemons.get(0).isAlive(), "the master has ended");
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (IOException e) {
                Thread.sleep(100);
            }
        }
    }

    @Test
    void fourShardsGiveTheBitsOfThreadsOnOneExecutorOnTwoAndOnFour() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        String master = "spark://127.0.0.1:" + port;
        start("master", "master.Master", "--host", "127.0.0.1", "--port", "" + port, "--webui-port", "0");
        List<Row> rows = Sessions.clouds(301, 30); // while the master comes up
        Dataset<Row> local = Sessions.of(Sessions.LABELLED, rows, 3);
        MnistNativeClassificationModel expected =
                LocalSgdTest.learner().setNumShards(4).fit(local);
        List<Row> predicted = expected.transform(local).collectAsList();
        awaitMaster(port);
        for (String name : List.of("first", "second")) {
            String work = folder.resolve(name).toString();
            start(
                    name,
                    "worker.Worker",
                    "--host",
                    "127.0.0.1",
                    "--webui-port",
                    "0",
                    "--cores",
                    "2",
                    "--memory",
                    "1g",
                    "--work-dir",
                    work,
                    master);
        }
        session = Clusters.builder(master).config("spark.executor.cores", 1).getOrCreate();
        assertFalse(session.sparkContext().isLocal());
        Dataset<Row> remote = Clusters.of(session, rows);
        for (int workers : new int[] {4, 2, 1}) {
            MnistNativeClassificationModel model = LocalSgdTest.learner()
                    .setNumShards(4)
                    .setNumWorkers(workers)
                    .fit(remote);
            assertEquals(expected.weights(), model.weights(), workers + " workers");
            assertEquals(predicted, model.transform(remote).collectAsList(), workers + " workers");
        }
        assertEquals(4, Clusters.executors().size());
        Dataset<Row> table = session.range(0, 200, 1, 8)
                .selectExpr(
                        "array(double(id % 3 = 0), double(id % 3 = 1), double(id % 5)) as features", "id % 3 as label");
        MnistNativeClassificationModel model = new MnistNativeClassifier()
                .setHiddenLayers(8)
                .setBatchSize(10)
                .setStepSize(0.02)
                .setMaxIter(10)
                .setNumWorkers(2)
                .fit(table);
        assertEquals(200, model.transform(table).where("prediction = label").count(), "a table wherever its tasks run");
    }
}
