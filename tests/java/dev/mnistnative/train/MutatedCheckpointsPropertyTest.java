package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.format.Safetensors;
import dev.mnistnative.format.TensorFile;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever bytes a safetensors file or a checkpoint holds, reading it gives what was written or a clean refusal. */
class MutatedCheckpointsPropertyTest {
    private static final TrainingSettings SETTINGS =
            TrainingSettings.builder(3, 2).keep(Keep.BEST).build();
    private static final Parameters PARAMETERS = Parameters.of(SETTINGS.layers(), new float[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final List<String> KEYS = List.of(
            "checkpoint_version",
            "epoch",
            "step_in_epoch",
            "optimizer_step",
            "epoch_totals.loss_sum",
            "epoch_totals.batches",
            "early_stopping.best_loss",
            "early_stopping.epochs_without",
            "best.epoch",
            "best.counted");

    private static Path folder;
    private static Path file;
    private static byte[] valid;

    @BeforeContainer
    static void write() throws IOException {
        folder = Files.createTempDirectory("checkpoints");
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

    @AfterContainer
    static void remove() throws IOException {
        Files.deleteIfExists(file);
        Files.delete(folder);
    }

    /** One change of a file: bytes replaced, cut out or put in at a place. */
    private record Edit(double place, int removed, byte[] inserted) {
        byte[] apply(byte[] bytes) {
            int at = (int) (place * bytes.length);
            int after = Math.min(bytes.length, at + removed);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            out.writeBytes(inserted);
            out.write(bytes, after, bytes.length - after);
            return out.toByteArray();
        }
    }

    @Provide
    Arbitrary<List<Edit>> edits() {
        Arbitrary<byte[]> inserted = Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(8),
                Arbitraries.of((byte) 0, (byte) -1, (byte) '9', (byte) '{', (byte) '"', (byte) ',')
                        .array(byte[].class)
                        .ofMaxSize(12));
        return Combinators.combine(
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(0, 12),
                        inserted)
                .as(Edit::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }

    @Property(tries = 2000)
    void aChangedFileIsRefusedOrTellsTheSame(@ForAll("edits") List<Edit> edits) throws IOException {
        byte[] bytes = valid;
        for (Edit edit : edits) {
            bytes = edit.apply(bytes);
        }
        Files.write(file, bytes);
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
    @Property(tries = 500)
    void anyValueIsRefusedOrTaken(@ForAll("values") String value, @ForAll("keys") String key) throws IOException {
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

    @Provide
    Arbitrary<String> keys() {
        return Arbitraries.of(KEYS);
    }

    @Provide
    Arbitrary<String> values() {
        Arbitrary<String> numbers = Arbitraries.of("1", "-1", "99999999999", "NaN", "1e400", "", " ", "0x1p3", "x");
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(8),
                numbers.list().ofMinSize(1).ofMaxSize(8).map(list -> String.join(" ", list)));
    }
}
