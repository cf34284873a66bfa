package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The real program, to be run in a process of its own. */
final class Program {
    private Program() {}

    static List<String> command(String... args) {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String absolute = Arrays.stream(classPath.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator)); // wherever it is run
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // what the manifest of the executable jar grants
        String access = "--enable-native-access=ALL-UNNAMED";
        List<String> command = new ArrayList<>(List.of(java, access, "-cp", absolute, Main.class.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /**
     * Runs it until it has told of an epoch, then sends it a signal and waits for its end.
     *
     * @param metrics where it tells of its epochs
     * @param err takes what it writes to the standard error output
     * @return its exit code
     */
    static int interrupted(String signal, Path metrics, Path err, String... args)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(args))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile())
                .start();
        try {
            while (!Files.exists(metrics) || !Files.readString(metrics).contains("\"epoch\"")) {
                assertTrue(process.isAlive(), () -> "it ended early: " + err);
                Thread.sleep(20);
            }
            kill(signal, process);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it goes on");
        } finally {
            process.destroyForcibly();
        }
        return process.exitValue();
    }

    static void kill(String signal, Process process) throws IOException, InterruptedException {
        ProcessBuilder kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()));
        assertEquals(0, kill.start().waitFor());
    }
}
