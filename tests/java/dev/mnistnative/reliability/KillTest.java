package dev.mnistnative.reliability;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.train.Checkpoints;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 at random moments of a run that keeps checkpoints: it always goes on, and ends with the same bits. */
@Timeout(1200)
class KillTest {
    private static final int KILLS = Effort.of(4, 50);
    private static final int LONGEST_MILLIS = 400;

    @TempDir
    private Path folder;

    private int halfWritten;

    /** The run, in a process of its own: checkpoints after every epoch, so that much of its time is spent writing. */
    static final class Worker {
        private static final int EPOCHS = 60;

        private Worker() {}

        static TrainingSettings settings() {
            return Problem.settings(1000, 300).epochs(EPOCHS).build();
        }

        public static void main(String[] args) throws IOException {
            try (Dataset data = Problem.data(320);
                    Trainer trainer = Trainer.create(settings())) {
                Checkpoints checkpoints = args.length == 1
                        ? Checkpoints.NONE
                        : Checkpoints.in(Path.of(args[1])).resuming();
                trainer.fit(TrainingData.of(data), checkpoints, new TrainingListener() {
                    @Override
                    public void onStart(TrainingStart start) {
                        System.out.println("started");
                    }
                });
                new SavedModel(trainer.parameters(), ModelInfo.NONE).write(Path.of(args[0]));
            }
        }
    }

    @Test
    void aKilledRunEndsWithTheSameBits() throws Exception {
        Path whole = folder.resolve("whole.safetensors");
        run(0, whole.toString());
        byte[] expected = Files.readAllBytes(whole);
        Random random = new Random(5);
        int kills = 0;
        int runs = 0;
        while (kills < KILLS) {
            Path checkpoints = folder.resolve("checkpoints" + runs);
            Path weights = folder.resolve("weights" + runs + ".safetensors");
            runs++;
            boolean killed = true;
            while (killed) {
                int millis = kills < KILLS ? 1 + random.nextInt(LONGEST_MILLIS) : 0;
                killed = run(millis, weights.toString(), checkpoints.toString());
                kills += killed ? 1 : 0;
                halfWritten += countHalfWritten(checkpoints);
            }
            assertArrayEquals(expected, Files.readAllBytes(weights), "run " + runs + " after " + kills + " kills");
        }
        Effort.report(kills + " kills in " + runs + " runs, " + halfWritten
                + " of them in the middle of writing a checkpoint: all ended with the same bits");
    }

    @Test
    void aRunKeepsOthersOutOfItsFolderUntilItIsKilled() throws Exception {
        Path checkpoints = folder.resolve("shared");
        Path weights = folder.resolve("weights.safetensors");
        Process process = Effort.java(Worker.class, List.of(), weights.toString(), checkpoints.toString())
                .start();
        try (BufferedReader out = process.inputReader();
                Dataset data = Problem.data(320);
                Trainer trainer = Trainer.create(Worker.settings())) {
            assertEquals("started", out.readLine());
            Checkpoints resuming = Checkpoints.in(checkpoints).resuming();
            String message = assertThrows(
                            IllegalArgumentException.class, () -> trainer.fit(TrainingData.of(data), resuming))
                    .getMessage();
            assertTrue(message.contains(checkpoints + " is in use by another run"), message);
            process.destroyForcibly().waitFor();
            assertEquals(137, process.exitValue(), "it had ended before it was killed");
            assertEquals(
                    StopReason.COMPLETED,
                    trainer.fit(TrainingData.of(data), resuming).reason());
        } finally {
            process.destroyForcibly();
        }
    }

    /** A process has one lock on a file, and closing any channel to that file would drop it. */
    @Test
    void aSecondRunThatIsRefusedDoesNotLetOtherProcessesIn() throws Exception {
        Path checkpoints = folder.resolve("shared");
        Checkpoints resuming = Checkpoints.in(checkpoints).resuming();
        TrainingSettings settings = Worker.settings().toBuilder().epochs(1).build();
        List<Integer> exitCodes = new ArrayList<>();
        try (Dataset data = Problem.data(320);
                Trainer trainer = Trainer.create(settings);
                Trainer second = Trainer.create(settings)) {
            trainer.fit(TrainingData.of(data), resuming, new TrainingListener() {
                @Override
                public void onStart(TrainingStart start) {
                    assertThrows(IllegalArgumentException.class, () -> second.fit(TrainingData.of(data), resuming));
                    exitCodes.add(exitCodeOfAnother(checkpoints));
                }
            });
        }
        assertEquals(List.of(1), exitCodes);
    }

    private int exitCodeOfAnother(Path checkpoints) {
        try {
            Process process = Effort.java(
                            Worker.class,
                            List.of(),
                            folder.resolve("weights.safetensors").toString(),
                            checkpoints.toString())
                    .redirectError(folder.resolve("refusal").toFile())
                    .start();
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it hangs");
            String refusal = Files.readString(folder.resolve("refusal"));
            assertTrue(refusal.contains("is in use by another run"), refusal);
            return process.exitValue();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static int countHalfWritten(Path checkpoints) throws IOException {
        if (!Files.exists(checkpoints)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return (int) files.filter(f -> f.toString().endsWith(".tmp")).count();
        }
    }

    /** Kills the run so long after its start, 0 = never. Whether it was killed before it had ended. */
    private static boolean run(int millis, String... arguments) throws IOException, InterruptedException {
        Process process = Effort.java(Worker.class, List.of(), arguments).start();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            assertTrue("started".equals(line), "it did not start: " + line);
            if (millis > 0) {
                if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly(); // SIGKILL
                }
            }
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "it hangs");
        } finally {
            process.destroyForcibly();
        }
        int code = process.exitValue();
        assertTrue(code == 0 || millis > 0 && code == 137, "exit code " + code);
        return code != 0;
    }
}
