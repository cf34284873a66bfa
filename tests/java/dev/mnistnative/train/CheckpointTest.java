package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Precision;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that was cut and went on is, bit for bit, the run that was not. */
@Timeout(120)
class CheckpointTest {
    private static final int EPOCHS = 10;
    private static final int STEPS = 200;

    private Dataset data = Toy.data(203, 1);
    private final Dataset test = Toy.data(60, 2);

    @TempDir
    private Path folder;

    /** What a run left: everything but its times. */
    private record End(StopReason reason, List<String> epochs, float[] parameters, long optimizerStep) {}

    static Stream<UnaryOperator<TrainingSettings.Builder>> settings() {
        List<Optimizer> optimizers = List.of(
                new Adam(1e-2),
                new Adam(1e-2, 0.8, 0.99, 1e-6, 1e-3, true),
                new AdamW(1e-2),
                new AdamW(1e-2, 0.9, 0.999, 1e-8, 1e-2, true),
                new Sgd(0.1),
                new Sgd(0.05, 0.9, 0.1, 1e-3, false),
                new Sgd(0.05, 0.9, 0, 0, true));
        List<UnaryOperator<TrainingSettings.Builder>> cases = new ArrayList<>();
        for (Optimizer optimizer : optimizers) {
            cases.add(s -> s.optimizer(optimizer).shuffle(true));
            cases.add(s -> s.optimizer(optimizer).shuffle(false).dropLast(true));
        }
        cases.add(
                s -> s.shuffle(true).schedule(LearningRateSchedule.step(2, 0.5)).warmupSteps(100));
        cases.add(s -> s.shuffle(true).precision(Precision.BF16));
        return cases.stream();
    }

    private TrainingSettings.Builder ten() {
        return Toy.settings().epochs(EPOCHS);
    }

    private End run(TrainingSettings settings, Checkpoints checkpoints, TrainingListener... listeners) {
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(TrainingData.withTest(data, test), checkpoints, listeners);
            List<String> epochs = result.epochs().stream()
                    .map(e -> e.position() + " " + e.training() + " " + e.evaluation())
                    .toList();
            return new End(result.reason(), epochs, trainer.parameters().values(), trainer.optimizerSteps());
        }
    }

    private static void assertSameEnd(End expected, End actual) {
        assertEquals(expected.reason(), actual.reason());
        assertArrayEquals(expected.parameters(), actual.parameters());
        assertEquals(expected.optimizerStep(), actual.optimizerStep());
        int common = actual.epochs().size();
        List<String> last = expected.epochs();
        assertEquals(last.subList(last.size() - common, last.size()), actual.epochs());
    }

    @ParameterizedTest
    @MethodSource("settings")
    void fiveAndFiveAreTen(UnaryOperator<TrainingSettings.Builder> change) {
        TrainingSettings whole = change.apply(ten()).build();
        End expected = run(whole, Checkpoints.NONE);
        run(whole.toBuilder().epochs(EPOCHS / 2).build(), Checkpoints.in(folder));
        End resumed =
                run(whole.toBuilder().threads(2).build(), Checkpoints.in(folder).resuming());
        assertEquals(EPOCHS / 2, resumed.epochs().size());
        assertSameEnd(expected, resumed);
    }

    @Test
    void aRunCutInTheMiddleOfAnEpochGoesOnThere() {
        TrainingSettings settings = threeChunksAnEpoch();
        int chunk = ChunkLength.steps(settings.layers(), settings.batchSize(), Device.Kind.CPU);
        assertEquals(3, (STEPS + chunk - 1) / chunk, "chunks an epoch, of " + chunk + " steps");
        End expected = run(settings, Checkpoints.NONE);
        for (int cut : new int[] {1, 2, 5}) {
            Checkpoints checkpoints = Checkpoints.in(folder.resolve("cut" + cut));
            End first = cutAfterChunks(settings, checkpoints, cut);
            assertEquals(StopReason.INTERRUPTED, first.reason());
            List<Resumed> resumed = new ArrayList<>();
            assertSameEnd(expected, run(settings, checkpoints.resuming(), new TrainingListener() {
                @Override
                public void onResume(Resumed report) {
                    resumed.add(report);
                }
            }));
            assertEquals(1, resumed.size());
            assertEquals(cut / 3, resumed.get(0).epochs());
            assertEquals(cut % 3 * chunk, resumed.get(0).steps());
        }
    }

    /** Wide enough that an epoch does not fit into one chunk. */
    private TrainingSettings threeChunksAnEpoch() {
        data = Toy.data(STEPS * 64, 1);
        return ten().layers(Toy.FEATURES, 1000, 300, Toy.CLASSES)
                .batchSize(64)
                .epochs(2)
                .shuffle(true)
                .build();
    }

    private End cutAfterChunks(TrainingSettings settings, Checkpoints checkpoints, int chunks) {
        return run(settings, checkpoints, new TrainingListener() {
            private int seen;

            @Override
            public void onSteps(StepsDone report) {
                if (++seen == chunks) {
                    Thread.currentThread().interrupt(); // its channels would close under it
                }
            }

            @Override
            public void onEnd(TrainingResult result) {
                assertTrue(Thread.interrupted(), "an interrupted thread stays interrupted");
            }
        });
    }

    @Test
    void earlyStoppingRemembers() {
        TrainingSettings settings =
                ten().epochs(60).optimizer(new Adam(0.05)).earlyStopping(3).build();
        End expected = run(settings, Checkpoints.NONE);
        assertEquals(StopReason.EARLY_STOPPING, expected.reason());
        int epochs = expected.epochs().size();
        for (int back = 1; back <= 3; back++) {
            Checkpoints checkpoints = Checkpoints.in(folder.resolve("back" + back));
            run(settings.toBuilder().epochs(epochs - back).build(), checkpoints);
            End resumed = run(settings, checkpoints.resuming());
            assertEquals(back, resumed.epochs().size());
            assertSameEnd(expected, resumed);
            assertSameEnd(expected, run(settings, checkpoints.resuming())); // it is over, and stays so
        }
    }

    @Test
    void aCutEvaluationIsDoneOnResuming() {
        TrainingSettings settings = ten().epochs(2).build();
        End expected = run(settings, Checkpoints.NONE);
        End cut = run(settings, Checkpoints.in(folder), new TrainingListener() {
            @Override
            public void onSteps(StepsDone report) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(Thread.interrupted());
        assertEquals(StopReason.INTERRUPTED, cut.reason());
        assertTrue(cut.epochs().get(0).contains("Optional.empty"), cut.epochs().get(0));
        End resumed = run(settings, Checkpoints.in(folder).resuming());
        assertSameEnd(expected, resumed);
        assertEquals(2, resumed.epochs().size());
    }

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
                checkpoints().stream().map(CheckpointTest::place).toList());
    }

    @Test
    void damagedOnesAreSkippedForTheOneBefore() throws IOException {
        TrainingSettings settings = ten().build();
        End expected = run(settings, Checkpoints.NONE);
        run(settings.toBuilder().epochs(5).build(), Checkpoints.in(folder));
        List<Path> kept = checkpoints();
        assertEquals(
                List.of("000003-000000", "000004-000000", "000005-000000"),
                kept.stream().map(CheckpointTest::place).toList());
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
        String message = assertThrows(
                        DataFormatException.class,
                        () -> run(settings, Checkpoints.in(folder).resuming()))
                .getMessage();
        assertTrue(message.contains("none of its 3 checkpoints"), message);
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }

    private static String place(Path file) {
        return file.getFileName().toString().replace("checkpoint-", "").replace(".safetensors", "");
    }

    @Test
    void otherSettingsAndDataAreRefusedByName() {
        TrainingSettings settings = ten().epochs(1).build();
        Checkpoints checkpoints = Checkpoints.in(folder);
        run(settings, checkpoints);
        refused("layers", s -> s.layers(Toy.FEATURES, 14, Toy.CLASSES));
        refused("batchSize", s -> s.batchSize(17));
        refused("shuffle", s -> s.shuffle(true));
        refused("dropLast", s -> s.dropLast(true));
        refused("optimizer", s -> s.optimizer(new Adam(1.5e-2)));
        refused("schedule", s -> s.schedule(LearningRateSchedule.step(1, 0.5)));
        refused("warmupSteps", s -> s.warmupSteps(3));
        refused("loss", s -> s.loss(CrossEntropyLoss.DEFAULT.withLabelSmoothing(0.1)));
        refused("seed", s -> s.seed(1));
        refused("precision", s -> s.precision(Precision.BF16));
        refused("isa", s -> s.isa("sse4"));
        refused("earlyStopping", s -> s.earlyStopping(1));
        try (Trainer trainer = Trainer.create(settings)) {
            Dataset other = Toy.data(203, 9);
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> trainer.fit(TrainingData.withTest(other, test), checkpoints.resuming()))
                    .getMessage();
            assertTrue(message.startsWith("training data is 203 x 7"), message);
            message = assertThrows(
                            IllegalArgumentException.class,
                            () -> trainer.fit(TrainingData.withTest(data, test), checkpoints))
                    .getMessage();
            assertTrue(message.contains("earlier run"), message);
        }
        assertEquals(
                1,
                run(
                                settings.toBuilder()
                                        .epochs(2)
                                        .threads(2)
                                        .device(Device.reference())
                                        .build(),
                                checkpoints.resuming())
                        .epochs()
                        .size());
    }

    private void refused(String field, UnaryOperator<TrainingSettings.Builder> change) {
        TrainingSettings changed = change.apply(ten().epochs(1)).build();
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> run(changed, Checkpoints.in(folder).resuming()))
                .getMessage();
        assertTrue(message.startsWith(field + " is "), message);
    }

    @Test
    void epochsAreRefusedWhereTheyChangeTheSchedule() {
        TrainingSettings settings =
                ten().epochs(4).schedule(LearningRateSchedule.cosine(0)).build();
        run(settings, Checkpoints.in(folder));
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> run(
                                settings.toBuilder().epochs(5).build(),
                                Checkpoints.in(folder).resuming()))
                .getMessage();
        assertTrue(message.startsWith("epochs is 5"), message);
        String fewer = assertThrows(IllegalArgumentException.class, () -> {
                    Path plain = folder.resolve("plain");
                    run(ten().epochs(4).build(), Checkpoints.in(plain));
                    run(ten().epochs(3).build(), Checkpoints.in(plain).resuming());
                })
                .getMessage();
        assertTrue(fewer.startsWith("epochs is 3"), fewer);
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
    void anInterruptedThreadResumesAndStopsAtOnce() {
        TrainingSettings settings = ten().epochs(4).build();
        End expected = run(settings, Checkpoints.NONE);
        run(settings.toBuilder().epochs(2).build(), Checkpoints.in(folder));
        Thread.currentThread().interrupt();
        End cut = run(settings, Checkpoints.in(folder).resuming());
        assertTrue(Thread.interrupted(), "an interrupted thread stays interrupted");
        assertEquals(StopReason.INTERRUPTED, cut.reason());
        assertEquals(List.of(), cut.epochs());
        assertSameEnd(expected, run(settings, Checkpoints.in(folder).resuming()));
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
