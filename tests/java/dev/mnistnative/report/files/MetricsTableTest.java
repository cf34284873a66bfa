package dev.mnistnative.report.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mnistnative.report.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTableTest {
    private static final String HEADER =
            "epoch,train_loss,train_objective,accuracy,train_accuracy,test_loss,test_objective,"
                    + "test_accuracy,seconds,evaluation_seconds,steps,images_per_second";

    @TempDir
    Path folder;

    @Test
    void aRowAnEpochAndOneHeader() throws IOException {
        Path file = folder.resolve("m.csv");
        try (MetricsTable table = new MetricsTable(file, false)) {
            table.onEpoch(Runs.epoch(2.25, 0.75, 0.5));
        }
        try (MetricsTable table = new MetricsTable(file, true)) {
            table.onEpoch(Runs.epoch(Double.NaN, 0));
        }
        Path values = folder.resolve("v.csv");
        try (MetricsTable table = new MetricsTable(values, false)) {
            table.onStart(Runs.ofValues());
            table.onEpoch(Runs.epochOfValues(0.8125, 0.78125));
        }
        assertEquals(
                List.of(
                        HEADER + ",mae,test_mae,test_mse",
                        "1,1.234,1.234,,,0.5,0.5,,1.5,0.25,250,1333.4,0.8125,0.78125,0.0625"),
                Files.readAllLines(values));
        assertEquals(
                List.of(
                        HEADER,
                        "1,2.25,4.5,0.75,0.5,0.123456789,0.2,0.5,1.5,0.25,250,1333.4",
                        "1,,,0,0.5,,,,1.5,0.25,250,1333.4"),
                Files.readAllLines(file));
    }
}
