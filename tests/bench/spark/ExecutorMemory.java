import dev.mnistnative.MnistRuntime;
import dev.mnistnative.spark.MnistNativeClassifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What executors hold after 1 fit and after so many: 60,000 rows of 784 values, as bytes and as floats. Arguments:
 * executors, fits, bytes or floats.
 */
public final class ExecutorMemory {
    private ExecutorMemory() {}

    public static void main(String[] arguments) throws IOException {
        int workers = Integer.parseInt(arguments[0]);
        int fits = Integer.parseInt(arguments[1]);
        boolean bytes = arguments[2].equals("bytes");
        SparkSession session = SparkSession.builder()
                .master("local-cluster[" + workers + ",1,2048]")
                .config("spark.executor.memory", "1g")
                .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
                .config("spark.executor.extraJavaOptions", "-XX:+UseSerialGC")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.parquet.compression.codec", "zstd")
                .config("spark.log.level", "ERROR")
                .getOrCreate();
        Path folder = Files.createTempDirectory("rows");
        String value = bytes ? "(id * 31 + i * 7) % 256 / 255D" : "float(sin(id * 31 + i * 7))";
        session.range(0, 60_000, 1, 4)
                .selectExpr("transform(sequence(0, 783), i -> " + value + ") as features", "id % 10 as label")
                .write()
                .parquet(folder + "/rows");
        Dataset<Row> rows = session.read().parquet(folder + "/rows");
        MnistNativeClassifier learner = new MnistNativeClassifier().setMaxIter(1).setNumWorkers(workers);
        tell(session, workers, arguments[2], 0);
        for (int fit = 1; fit <= fits; fit++) {
            learner.setSeed(fit).fit(rows);
            if (fit == 1 || fit == fits) {
                tell(session, workers, arguments[2], fit);
            }
        }
        session.stop();
    }

    private static void tell(SparkSession session, int workers, String what, int fits) throws IOException {
        List<Long> held = JavaSparkContext.fromSparkContext(session.sparkContext())
                .parallelize(IntStream.range(0, 4 * workers).boxed().toList(), 4 * workers)
                .map(part -> MnistRuntime.nativeBytes())
                .collect();
        for (ProcessHandle process : ProcessHandle.current().descendants().toList()) {
            Path files = Path.of("/proc/" + process.pid());
            String command = Files.readString(files.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            if (command.contains("CoarseGrainedExecutorBackend")) {
                String status = Files.readString(files.resolve("status"));
                System.out.printf(
                        Locale.ROOT,
                        "RESULT %d executors, %s, after %d fits: %.0f MiB resident, at most %.0f; threads %s;"
                                + " native bytes of trainers and models %d%n",
                        workers,
                        what,
                        fits,
                        number(status, "VmRSS") / 1024.0,
                        number(status, "VmHWM") / 1024.0,
                        number(status, "Threads"),
                        held.stream().mapToLong(Long::longValue).max().orElseThrow());
            }
        }
    }

    private static long number(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
