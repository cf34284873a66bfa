package dev.mnistnative.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fits that are cut and go on. */
@Timeout(120)
class CheckpointTest {
    private static final double TAMPERED = 1234.5;

    @TempDir
    Path folder;

    private final Dataset<Row> rows = Sessions.clouds(301, 40, 3);

    private MnistNativeClassifier learner(int epochs) {
        return LocalSgdTest.learner().setMaxIter(epochs);
    }

    /** The same with checkpoints where making files may fail. */
    private MnistNativeClassifier keeping(int epochs, int interval) {
        GateFileSystem.register(Sessions.local());
        return learner(epochs).setCheckpointPath("gate://" + folder).setCheckpointInterval(interval);
    }

    private List<Path> files(String name) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> path.getFileName().toString().startsWith(name))
                    .toList();
        }
    }

    /** Has a fit fail where it makes a file after so many. */
    private static void cut(MnistNativeClassifier learner, Dataset<Row> data, int files) {
        GateFileSystem.failAfter(files);
        Exception thrown = assertThrows(Exception.class, () -> learner.fit(data));
        assertTrue(thrown.getMessage().contains("the gate is shut"), thrown.toString());
    }

    /** A record that no training could have made, by which a fit is known that went on from it. */
    private void tamperWithTheFirstEpochsObjective() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(files("epoch-1").get(0).toFile(), "rw")) {
            file.seek(4 * Integer.BYTES + Double.BYTES);
            file.writeDouble(TAMPERED);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 5", "1, 30, 3", "4, 2, 14", "4, 3, 17", "4, 1, 40"})
    void aFitThatWasCutGoesOnWithTheSameBits(int shards, int interval, int files) throws Exception {
        MnistNativeClassificationModel expected =
                learner(8).setNumShards(shards).fit(rows);
        MnistNativeClassifier learner = keeping(8, interval).setNumShards(shards);
        cut(learner, rows, files);
        assertEquals(1, files("fit-").size());
        tamperWithTheFirstEpochsObjective();
        MnistNativeClassificationModel model = learner.fit(rows);
        assertEquals(expected.weights(), model.weights());
        double[] objectives = expected.summary().orElseThrow().objectiveHistory();
        objectives[0] = TAMPERED;
        assertArrayEquals(objectives, model.summary().orElseThrow().objectiveHistory());
        assertEquals(List.of(), files("fit-"), "nothing is left");
    }

    @ParameterizedTest
    @CsvSource({"2, 7, 3, driver", "2, 1, 9, driver", "4, 2, 21, driver", "4, 2, 30, barrier"})
    void aStageThatFailsIsTriedAgainAndGoesOnWithTheSameBits(int shards, int interval, int files, String rendezvous)
            throws Exception {
        MnistNativeClassificationModel expected =
                learner(8).setNumShards(shards).fit(rows);
        GateFileSystem.failAfter(files);
        MnistNativeClassificationModel model = keeping(8, interval)
                .setNumShards(shards)
                .setNumWorkers(2)
                .setRendezvous(rendezvous)
                .fit(rows);
        assertTrue(GateFileSystem.hasFailed());
        assertEquals(expected.weights(), model.weights());
        assertArrayEquals(
                expected.summary().orElseThrow().objectiveHistory(),
                model.summary().orElseThrow().objectiveHistory());
        assertEquals(List.of(), files("fit-"), "nothing is left");
    }

    @Test
    void earlyStoppingGoesOnToo() {
        Dataset<Row> marked = rows.withColumn("held", functions.expr("(monotonically_increasing_id() % 4) = 1"));
        MnistNativeClassifier learner = keeping(60, 6)
                .setStepSize(0.05)
                .setValidationIndicatorCol("held")
                .setEarlyStopping(2)
                .setNumShards(2);
        MnistNativeClassificationModel expected = learner.fit(marked);
        cut(learner, marked, 7);
        MnistNativeClassificationModel model = learner.fit(marked);
        assertEquals(expected.weights(), model.weights());
        TrainingSummary summary = model.summary().orElseThrow();
        assertEquals("EARLY_STOPPING", summary.stopReason());
        assertEquals(expected.summary().orElseThrow().modelEpoch(), summary.modelEpoch());
        assertArrayEquals(expected.summary().orElseThrow().validationLossHistory(), summary.validationLossHistory());
    }

    @Test
    void anotherFitHasAFolderOfItsOwn() throws Exception {
        cut(keeping(8, 4), rows, 5);
        List<Path> left = files("fit-");
        Dataset<Row> others = Sessions.clouds(301, 41, 3);
        assertEquals(learner(8).fit(others).weights(), keeping(8, 4).fit(others).weights());
        assertEquals(learner(9).fit(rows).weights(), keeping(9, 4).fit(rows).weights());
        assertEquals(left, files("fit-"));
    }

    @Test
    void aPathThatCannotBeUsedIsToldAtOnce() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> learner(3)
                                .setCheckpointPath("nowhere://host/folder")
                                .fit(rows))
                .getMessage();
        assertTrue(message.startsWith("checkpointPath is nowhere://host/folder, which cannot be used: "), message);
    }

    @Test
    void aStoreListsWhatItsAttemptMayUse() throws Exception {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder.toUri());
        HadoopStore store = new HadoopStore(new org.apache.hadoop.fs.Path(path, "shard-0"), new Configuration());
        assertEquals(List.of(), store.list());
        store.lock().orElseThrow().close();
        for (int value = 1; value < 3; value++) {
            int written = value;
            store.write("checkpoint-000001-000000.safetensors", out -> out.write(written));
        }
        try (var in = store.open("checkpoint-000001-000000.safetensors")) {
            assertArrayEquals(new byte[] {2}, in.readAllBytes(), "the later one");
        }
        assertThrows(
                IOException.class,
                () -> store.write("checkpoint-000002-000000.safetensors", out -> {
                    throw new IOException("no more room");
                }));
        assertEquals(List.of("checkpoint-000001-000000.safetensors"), store.list());
        HadoopStore next = new HadoopStore(new org.apache.hadoop.fs.Path(path, "shard-0"), new Configuration());
        next.beginFrom("");
        assertEquals(List.of(), next.list());
        next.write("checkpoint-000000-000004.safetensors", out -> out.write(4));
        assertEquals(List.of("checkpoint-000000-000004.safetensors"), next.list());
        assertFalse(files("checkpoint-000001").isEmpty());
    }

    @Test
    void shardsGoOnFromTheNewestThatAllHave() throws Exception {
        FitCheckpoints fit = FitCheckpoints.of(folder.toString(), "x", new Configuration(), 3, 4, 100);
        assertEquals(12, fit.everySteps());
        assertEquals(1, fit.everyEpochs());
        assertEquals("", fit.newest(2));
        String[] names = {"checkpoint-000009-000000", "checkpoint-000010-000012", "checkpoint-1000000-000000"};
        for (int shard = 0; shard < 2; shard++) {
            fit.store(shard).lock();
            for (int i = 0; i < 2 + shard; i++) {
                fit.store(shard).write(names[i] + ".safetensors", out -> out.write(1));
            }
        }
        assertEquals(names[1] + ".safetensors", fit.newest(2));
        assertEquals(10, fit.beginningFrom(fit.newest(2)).epochsBefore());
        fit.store(0).write(names[2] + ".safetensors", out -> out.write(1));
        assertEquals(names[2] + ".safetensors", fit.newest(2), "by number, not by letters");
        assertEquals("", fit.newest(3));
        FitCheckpoints rare = FitCheckpoints.of(folder.toString(), "x", new Configuration(), 50, 4, 100);
        assertEquals(0, rare.everySteps());
        assertEquals(2, rare.everyEpochs());
    }

    @Test
    void theRowsChecksumDoesNotDependOnPartitions() {
        RowChecksum whole = new RowChecksum();
        RowChecksum[] parts = {new RowChecksum(), new RowChecksum(), new RowChecksum()};
        for (byte i = 0; i < 10; i++) {
            whole.add(new byte[] {i, 5});
            parts[i < 3 ? 0 : 2].add(new byte[] {i, 5});
        }
        RowChecksum joined = new RowChecksum();
        for (RowChecksum part : parts) {
            joined.add(part);
        }
        assertEquals(whole.value(), joined.value());
        RowChecksum other = new RowChecksum();
        other.add(parts[2]);
        other.add(parts[0]);
        assertNotEquals(whole.value(), other.value(), "another order");
    }
}
