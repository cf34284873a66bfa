package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.format.Safetensors;
import dev.mnistnative.format.TensorFile;
import dev.mnistnative.fuzz.RandomCase;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes a safetensors file or a checkpoint holds, reading it gives what was written or a clean refusal. */
class MutatedCheckpointsTest {
    private static final TrainingSettings SETTINGS =
            TrainingSettings.builder(3, 2).keep(Keep.BEST).build();
    private static final Parameters PARAMETERS = Parameters.of(SETTINGS.layers(), new float[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final String[] KEYS = {
        "checkpoint_version",
        "epoch",
        "step_in_epoch",
        "optimizer_step",
        "epoch_totals.loss_sum",
        "epoch_totals.batches",
        "early_stopping.best_loss",
        "early_stopping.epochs_without",
        "best.epoch",
        "best.counted"
    };
    private static final String[] NUMBERS = {"1", "-1", "99999999999", "NaN", "1e400", "", " ", "0x1p3", "x"};

    @TempDir
    private static Path folder;

    private static Path file;
    private static byte[] valid;

    @BeforeAll
    static void write() throws IOException {
        file = folder.resolve("checkpoint");
        RunState state = new RunState(
                new RunPlace(3, 1, new EpochTotals(), history()),
                new TrainerState(PARAMETERS, Map.of("exp_avg", new float[8], "exp_avg_sq", new float[8]), 77));
        try (OutputStream out = Files.newOutputStream(file)) {
            new CheckpointFile(state, Map.of("seed", "0"), ModelInfo.NONE).write(out);
        }
        valid = Files.readAllBytes(file);
    }

    /** Of a run that has seen an evaluation and keeps the best. */
    private static EvaluationHistory history() {
        EvaluationHistory history = new EvaluationHistory(SETTINGS);
        history.add(2, new Evaluation(0.5, 0.25, 0.75, 8, Optional.empty()), () -> PARAMETERS);
        return history;
    }

    @Test
    void aChangedFileIsRefusedOrTellsTheSame() {
        RandomCase.test(2000, MutatedCheckpointsTest::aChangedFileIsRefusedOrTellsTheSame);
    }

    private static void aChangedFileIsRefusedOrTellsTheSame(RandomCase input) throws IOException {
        Files.write(file, input.changed("contents", valid, "\0\3779{\","));
        try {
            TrainerState state = readCheckpoint().state().trainer();
            assertEquals(PARAMETERS, state.parameters()); // only the header's spaces can have changed
            assertEquals(77, state.optimizerStep());
            assertEquals(
                    PARAMETERS,
                    readCheckpoint()
                            .state()
                            .place()
                            .evaluations()
                            .bestParameters()
                            .orElseThrow());
            assertArrayEquals(new float[8], state.moments().get("exp_avg"));
        } catch (DataFormatException refused) {
            assertEquals(0, refused.getMessage().indexOf(file.toString()), refused.getMessage());
        }
        try {
            Model.load(file).close();
        } catch (DataFormatException refused) {
            assertEquals(0, refused.getMessage().indexOf(file.toString()), refused.getMessage());
        }
    }

    private static CheckpointFile readCheckpoint() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return CheckpointFile.read(in, file.toString(), SETTINGS);
        }
    }

    /** A wrong value under a right checksum. */
    @Test
    void anyValueIsRefusedOrTaken() {
        RandomCase.test(500, MutatedCheckpointsTest::anyValueIsRefusedOrTaken);
    }

    private static void anyValueIsRefusedOrTaken(RandomCase input) throws IOException {
        String key = input.oneOf("key", KEYS);
        String value = input.flag("numbers") ? input.words("value", 8, NUMBERS) : input.text("value", 8);
        Files.write(file, valid);
        TensorFile read = Safetensors.read(file);
        Map<String, String> metadata = new LinkedHashMap<>(read.metadata());
        metadata.put(key, value);
        metadata.put(CheckpointFile.CHECKSUM_KEY, CheckpointFile.checksum(read.tensors(), metadata));
        Safetensors.write(file, new TensorFile(read.tensors(), metadata));
        try {
            readCheckpoint();
        } catch (DataFormatException refused) {
            assertEquals(0, refused.getMessage().indexOf(file.toString()), refused.getMessage());
        }
    }
}
