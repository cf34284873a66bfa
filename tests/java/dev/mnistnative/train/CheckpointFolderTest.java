package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What lies in a folder of checkpoints: names, the newest ones, the damaged ones, one run at a time. */
@Timeout(120)
class CheckpointFolderTest extends CheckpointRuns {
    /** Egypt's Arabic, for one, formats numbers in digits of its own. */
    @Test
    void theirNamesAreTheSameInEveryLanguage() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            run(ten().epochs(2).build(), Checkpoints.in(folder));
        } finally {
            Locale.setDefault(before);
        }
        assertEquals(
                List.of("000001-000000", "000002-000000"),
                checkpoints().stream().map(CheckpointRuns::place).toList());
    }

    @Test
    void damagedOnesAreSkippedForTheOneBefore() throws IOException {
        TrainingSettings settings = ten().build();
        End expected = run(settings, Checkpoints.NONE);
        run(settings.toBuilder().epochs(5).build(), Checkpoints.in(folder));
        List<Path> kept = checkpoints();
        assertEquals(
                List.of("000003-000000", "000004-000000", "000005-000000"),
                kept.stream().map(CheckpointRuns::place).toList());
        byte[] newest = Files.readAllBytes(kept.get(2));
        newest[newest.length - 5] ^= 1; // only the checksum can tell
        Files.write(kept.get(2), newest);
        byte[] second = Files.readAllBytes(kept.get(1));
        Files.write(kept.get(1), java.util.Arrays.copyOf(second, second.length / 2));
        Files.writeString(folder.resolve(".checkpoint-000006-000000.safetensors.x.tmp"), "half");
        End resumed = run(settings, Checkpoints.in(folder).resuming());
        assertEquals(7, resumed.epochs().size());
        assertSameEnd(expected, resumed);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of(), files.filter(f -> f.toString().endsWith(".tmp")).toList());
        }
        for (Path file : checkpoints()) {
            Files.writeString(file, "no longer");
        }
        UncheckedIOException refused = assertThrows(
                UncheckedIOException.class,
                () -> run(settings, Checkpoints.in(folder).resuming()));
        assertInstanceOf(DataFormatException.class, refused.getCause());
        String message = refused.getMessage();
        assertTrue(message.contains("none of its 3 checkpoints"), message);
    }

    @Test
    void writtenEveryNthEpochAndAtTheEnd() {
        List<Integer> epochs = new ArrayList<>();
        run(ten().epochs(5).build(), Checkpoints.in(folder).every(2).resuming(), new TrainingListener() {
            @Override
            public void onCheckpoint(CheckpointWritten report) {
                assertTrue(Files.exists(Path.of(report.checkpoint())));
                epochs.add(report.epochs());
            }
        });
        assertEquals(List.of(2, 4, 5), epochs);
    }

    @Test
    void aCheckpointIsAModelWithItsMetadata() throws IOException {
        ModelInfo info = ModelInfo.NONE
                .withPreprocessing(
                        Preprocessing.NONE.withScaling(Scaling.all(0.5)).withStandardizer(Standardizer.fit(data)))
                .withClassNames("a", "b", "c");
        TrainingSettings settings = ten().epochs(1).build();
        End end = run(settings, Checkpoints.in(folder).describing(info));
        try (Model model = Model.load(checkpoints().get(0))) {
            assertArrayEquals(
                    end.parameters(),
                    SavedModel.readParameters(checkpoints().get(0)).values());
            assertEquals(info, model.info());
        }
        Checkpoints wrong = Checkpoints.in(folder.resolve("wrong")).describing(ModelInfo.NONE.withClassNames("a", "b"));
        String message = assertThrows(IllegalArgumentException.class, () -> run(settings, wrong))
                .getMessage();
        assertTrue(message.contains("2 class names"), message);
    }

    @Test
    void twoRunsCannotShareAFolder() {
        TrainingSettings settings = ten().epochs(2).build();
        Checkpoints checkpoints = Checkpoints.in(folder).resuming();
        List<String> refusals = new ArrayList<>();
        run(settings, checkpoints, new TrainingListener() {
            @Override
            public void onEpoch(EpochEnded report) {
                refusals.add(assertThrows(IllegalArgumentException.class, () -> run(settings, checkpoints))
                        .getMessage());
            }
        });
        assertEquals(2, refusals.size());
        assertTrue(refusals.get(0).contains(folder + " is in use by another run"), refusals.get(0));
        assertThrows(
                IllegalStateException.class,
                () -> run(settings.toBuilder().epochs(3).build(), checkpoints, new TrainingListener() {
                    @Override
                    public void onEpoch(EpochEnded report) {
                        throw new IllegalStateException("a listener that fails");
                    }
                }));
        assertEquals(
                1,
                run(settings.toBuilder().epochs(3).build(), checkpoints)
                        .epochs()
                        .size()); // it was left
    }

    @Test
    void aFolderThatCannotBeUsedIsToldAndTheTrainerStaysUsable() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        try (Trainer trainer = Trainer.create(ten().epochs(1).build())) {
            String message = assertThrows(
                            UncheckedIOException.class,
                            () -> trainer.fit(TrainingData.withTest(data, test), Checkpoints.in(file.resolve("below"))))
                    .getMessage();
            assertTrue(message.contains(file.resolve("below").toString()), message);
            assertEquals(StopReason.COMPLETED, trainer.fit(data, test).reason());
        }
        assertFalse(Files.exists(file.resolve("below")));
    }
}
