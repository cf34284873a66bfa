package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What takes no part in training is said, and what the machine is told to leave alone is left alone. */
class LeftOutTest {
    private static final String RUN =
            "train --layers 2,10 --batch-size 320 --epochs 1 --device cpu --label-column kind";

    @TempDir
    private Path folder;

    private Path table;

    /** 400 rows of ten classes, sorted. */
    @BeforeEach
    void write() throws IOException {
        StringBuilder rows = new StringBuilder("a,b,kind\n");
        for (int i = 0; i < 400; i++) {
            rows.append(i % 7)
                    .append(',')
                    .append(i % 3)
                    .append(',')
                    .append(i / 40)
                    .append('\n');
        }
        table = Files.writeString(folder.resolve("t.csv"), rows);
    }

    private List<String> notes(String options) {
        return Cli.line(RUN + " --data " + table + options)
                .succeeded()
                .err()
                .lines()
                .filter(line -> line.startsWith("training "))
                .toList();
    }

    @Test
    void aDroppedBatchIsTold() {
        List<String> notes = notes(" --no-shuffle --drop-last");
        assertTrue(notes.get(0).startsWith("training 2-10 on 320 of 400 samples: "), notes.toString());
        assertEquals(
                "training leaves out 80 samples in each epoch, always the last of the file: the last batch is not full "
                        + "and is dropped; --keep-last keeps it",
                notes.get(1));
        assertEquals(
                "training never sees the classes 8, 9, which are in that last batch alone; --shuffle mixes the samples",
                notes.get(2));
        assertTrue(notes(" --shuffle --drop-last").get(1).contains("others each time"));
        assertEquals(1, notes(" --keep-last").size());
    }

    @Test
    void ignoredAndWeightlessSamplesAreTold() {
        List<String> notes = notes(" --keep-last --ignore-index 3 --class-weights 0,1,1,1,1,1,1,1,1,0");
        assertEquals(
                List.of(
                        "training leaves out 40 samples with the label 3, the ignore index",
                        "training leaves out 80 samples whose weight is 0"),
                notes.subList(1, 3));
        Cli.line(RUN + " --class-weights 0,0,0,0,0,0,0,0,0,0 --data " + table)
                .failed(ExitCode.USAGE, "class_weights are all 0");
    }

    @Test
    void theJvmsProcessorsAreTheMost() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Program.command("devices"));
        command.add(1, "-XX:ActiveProcessorCount=1");
        Process process = new ProcessBuilder(command).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertTrue(out.contains("cpu cores: 1\n"), out);
    }
}
