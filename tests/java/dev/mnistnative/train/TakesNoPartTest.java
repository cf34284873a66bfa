package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.net.Parameters;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Samples that teach nothing, batches that have nothing to minimise, and numbers that are none. */
class TakesNoPartTest {
    /** As many samples of each class, sorted by class. */
    private static Dataset sorted(int each) {
        return with(each * Toy.CLASSES, labels -> {
            for (int i = 0; i < labels.length; i++) {
                labels[i] = i / each;
            }
        });
    }

    private static Dataset with(int samples, java.util.function.Consumer<int[]> set) {
        float[] pixels = new float[samples * Toy.FEATURES];
        Toy.data(samples, 3).pixels().asFloatBuffer().get(pixels);
        int[] labels = new int[samples];
        set.accept(labels);
        return Dataset.ofFloats(pixels, Toy.FEATURES, labels);
    }

    private static TrainingSettings.Builder plain() {
        return Toy.settings().optimizer(new Sgd(0.1)).epochs(1);
    }

    private static Unused unused(TrainingSettings.Builder settings, Dataset data) {
        Recorder recorder = new Recorder();
        try (Trainer trainer = Trainer.create(settings.build())) {
            trainer.fit(data, recorder);
        }
        return recorder.start.data().unused();
    }

    @Test
    void aDroppedBatchIsCountedAndItsClassesNamed() {
        TrainingSettings.Builder dropping = plain().batchSize(32).dropLast(true);
        assertEquals(new Unused(28, 0, 0, List.of(2)), unused(dropping, sorted(20)));
        assertEquals(new Unused(28, 0, 0, List.of()), unused(dropping.shuffle(true), sorted(20)));
        assertEquals(new Unused(0, 0, 0, List.of()), unused(plain().batchSize(32), sorted(20)));
    }

    @Test
    void ignoredAndWeightlessSamplesAreCounted() {
        TrainingSettings.Builder settings =
                plain().loss(CrossEntropyLoss.DEFAULT.withIgnoreIndex(1).withClassWeights(0, 1, 2));
        assertEquals(new Unused(0, 20, 20, List.of()), unused(settings, sorted(20)));
    }

    @Test
    void aBatchWithoutWeightHasNoObjectiveAndChangesNothing() {
        for (Reduction reduction : new Reduction[] {Reduction.MEAN, Reduction.SUM}) {
            for (double smoothing : new double[] {0, 0.1}) {
                TrainingSettings settings = plain().batchSize(16)
                        .loss(CrossEntropyLoss.DEFAULT
                                .withClassWeights(0, 1, 1)
                                .withLabelSmoothing(smoothing)
                                .withReduction(reduction))
                        .build();
                Recorder recorder = new Recorder();
                try (Trainer trainer = Trainer.create(settings)) {
                    TrainingResult result = trainer.fit(sorted(32), recorder);
                    assertEquals(StopReason.COMPLETED, result.reason(), result.message());
                    assertTrue(
                            Double.isFinite(result.lastEpoch().training().objective()),
                            result.lastEpoch().toString());
                    assertTrue(Double.isFinite(result.lastEpoch().training().loss()));
                }
                assertTrue(Double.isFinite(recorder.losses.get(0)), "the plain loss knows no weights");
            }
        }
        Dataset weightless = sorted(32).limit(32);
        TrainingSettings settings =
                plain().loss(CrossEntropyLoss.DEFAULT.withClassWeights(0, 1, 1)).build();
        assertTrue(refusal(settings, weightless).contains("none of the 32 training samples counts"));
        Dataset oneBatch = with(48, labels -> Arrays.fill(labels, 32, 48, 1));
        Parameters[] before = new Parameters[2];
        try (Trainer trainer = Trainer.create(settings)) {
            before[0] = trainer.parameters();
            trainer.fit(oneBatch.limit(33).select(prefix(33)), new TrainingListener() {});
            before[1] = trainer.parameters();
        }
        assertFalse(before[0].equals(before[1]), "one sample of the third batch counts");
    }

    private static int[] prefix(int count) {
        int[] indices = new int[count];
        Arrays.setAll(indices, i -> i);
        return indices;
    }

    private static String refusal(TrainingSettings settings, Dataset data) {
        try (Trainer trainer = Trainer.create(settings)) {
            return assertThrows(IllegalArgumentException.class, () -> trainer.fit(data))
                    .getMessage();
        }
    }

    @Test
    void weightsThatAreAllZeroAreRefused() {
        TrainingSettings.Builder builder = plain().loss(CrossEntropyLoss.DEFAULT.withClassWeights(0, 0, 0));
        assertTrue(assertThrows(IllegalArgumentException.class, builder::build)
                .getMessage()
                .contains("class_weights are all 0"));
    }

    @Test
    void anEvaluationThatCountsNothingCannotDecide() {
        TrainingSettings settings = plain().earlyStopping(2).build();
        Dataset ignored = with(8, labels -> Arrays.fill(labels, -100));
        try (Trainer trainer = Trainer.create(settings)) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(sorted(8), ignored))
                    .getMessage()
                    .contains("none of the 8 test samples counts"));
        }
    }

    @Test
    void anEvaluationThatIsNoNumberEndsTheRun() {
        float[] huge = new float[4 * Toy.FEATURES];
        Arrays.fill(huge, Float.MAX_VALUE);
        Dataset test = Dataset.ofFloats(huge, Toy.FEATURES, new int[] {0, 1, 2, 0});
        try (Trainer trainer = Trainer.create(
                plain().optimizer(new Sgd(0)).epochs(5).earlyStopping(3).build())) {
            float[] weights = trainer.parameters().values();
            for (int i = 0; i < weights.length; i++) {
                weights[i] *= 100;
            }
            trainer.setParameters(Parameters.of(trainer.settings().layers(), weights));
            TrainingResult result = trainer.fit(sorted(16), test);
            assertEquals(StopReason.DIVERGED, result.reason());
            assertEquals(1, result.epochs().size());
            assertTrue(
                    result.message().matches("after epoch 1: the test loss is (NaN|Infinity), .*scale the test set.*"),
                    result.message());
        }
    }

    @Test
    void aDivergenceNamesOnePlaceAndItsCause() {
        TrainingSettings settings = plain().optimizer(new Sgd(Double.MAX_VALUE)).build();
        try (Trainer trainer = Trainer.create(settings)) {
            String message = trainer.fit(sorted(32)).message();
            assertTrue(message.startsWith("epoch 1, step 2: the loss is not finite; lower the learning rate"), message);
            assertFalse(message.contains("chunk"), message);
        }
        float[] pixels = new float[16 * Toy.FEATURES];
        Arrays.fill(pixels, Float.MAX_VALUE);
        try (Trainer trainer = Trainer.create(plain().build())) {
            String message = trainer.fit(Dataset.ofFloats(pixels, Toy.FEATURES, new int[16]))
                    .message();
            assertTrue(message.startsWith("epoch 1, step 1: the loss is not finite; no step has changed"), message);
            assertFalse(message.contains("learning rate"), message);
        }
    }

    @Test
    void parametersThatAreNoNumbersAreRefused() {
        TrainingSettings settings = plain().build();
        float[] values = Parameters.initial(settings.layers(), 0).values().clone();
        values[5] = Float.NaN;
        Parameters broken = Parameters.of(settings.layers(), values);
        try (Trainer trainer = Trainer.create(settings)) {
            Parameters before = trainer.parameters();
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.setParameters(broken))
                    .getMessage()
                    .contains("parameters[5] is NaN"));
            TrainerState state = new TrainerState(broken, trainer.state().moments(), 0);
            assertThrows(IllegalArgumentException.class, () -> trainer.setState(state));
            assertEquals(before, trainer.parameters());
        }
    }
}
