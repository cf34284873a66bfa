package dev.mnistnative.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.MnistRuntime;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.model.Model;
import dev.mnistnative.train.Trainer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Trainers and models made, used and closed over and over: the process does not grow. */
@Timeout(1200)
class SoakTest {
    private static final int CYCLES = Effort.of(400, 10_000);
    private static final int WARM_UP = Effort.of(400, 2_000);
    private static final long ALLOWED_KIB = 5 * 1024;

    /** A JVM whose heap is touched before and whose compiler rests, so that growth is ours. */
    private static final List<String> QUIET_JVM = List.of(
            "-Xms64m", "-Xmx64m", "-Xmn8m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** Prints resident memory and native bytes before and after. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] args) throws IOException {
            try (Dataset data = Problem.data(64)) {
                cycles(data, Integer.parseInt(args[0]));
                System.out.println(residentKib());
                cycles(data, Integer.parseInt(args[1]));
                System.out.println(residentKib());
                System.out.println(MnistRuntime.nativeBytes());
            }
        }

        private static void cycles(Dataset data, int count) {
            for (int i = 0; i < count; i++) {
                try (Trainer trainer = Trainer.create(Problem.settings(64, 32).build())) {
                    trainer.fit(data, data);
                    try (Model model = trainer.model()) {
                        model.predict(data.sample(i % data.size()));
                    }
                }
            }
            System.gc(); // the direct buffers of closed trainers
        }

        private static long residentKib() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void residentMemoryStaysFlat() throws Exception {
        Process process = Effort.java(Worker.class, QUIET_JVM, String.valueOf(WARM_UP), String.valueOf(CYCLES))
                .start();
        try (BufferedReader out = process.inputReader()) {
            List<Long> figures = out.lines().map(Long::valueOf).toList();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
            assertEquals(0, process.exitValue());
            long grown = figures.get(1) - figures.get(0);
            Effort.report(CYCLES + " create-train-close cycles after " + WARM_UP + ": resident memory "
                    + figures.get(0) + " KiB before, " + figures.get(1) + " KiB after (" + grown
                    + " KiB more), native bytes " + figures.get(2));
            assertTrue(grown < ALLOWED_KIB, "it has grown by " + grown + " KiB");
            assertEquals(0, figures.get(2));
        } finally {
            process.destroyForcibly();
        }
    }
}
