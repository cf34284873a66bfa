package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Task;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses on targets, and sample weights, in a trainer. */
class TargetLossesTest {
    private static final int OUTPUTS = 2;

    /** Outputs from 0 to 1 that follow from the features. */
    private static Dataset table(int samples, long seed) {
        Random random = new Random(seed);
        float[] features = new float[samples * Toy.FEATURES];
        float[] targets = new float[samples * OUTPUTS];
        for (int i = 0; i < samples; i++) {
            for (int f = 0; f < Toy.FEATURES; f++) {
                features[i * Toy.FEATURES + f] = random.nextFloat();
            }
            targets[i * OUTPUTS] = features[i * Toy.FEATURES] > 0.5f ? 1 : 0;
            targets[i * OUTPUTS + 1] = features[i * Toy.FEATURES + 1] > features[i * Toy.FEATURES + 2] ? 1 : 0;
        }
        return Dataset.ofFloats(features, Toy.FEATURES, new int[samples]).withTargets(targets, OUTPUTS);
    }

    private static TrainingSettings.Builder settings(Loss loss) {
        return Toy.settings().layers(Toy.FEATURES, 13, OUTPUTS).loss(loss).epochs(12);
    }

    private static float[] weights(int samples) {
        float[] weights = new float[samples];
        for (int i = 0; i < samples; i++) {
            weights[i] = i % 3 * 0.75f;
        }
        return weights;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bce", "mse", "l1", "smooth_l1:0.3", "huber:0.7"})
    void itLearnsAndSaysHowFarOffItIs(String id) {
        Loss loss = Loss.of(id);
        assertEquals(id, loss.id());
        Recorder recorder = new Recorder();
        Dataset test = table(70, 2);
        try (Trainer trainer = Trainer.create(settings(loss).build())) {
            TrainingResult result = trainer.fit(table(203, 1), test, recorder);
            EpochEnded first = result.epochs().get(0);
            EpochEnded last = result.lastEpoch();
            assertTrue(last.training().loss() < 0.7 * first.training().loss(), result.toString());
            assertTrue(last.training().absoluteError() < first.training().absoluteError(), result.toString());
            assertEquals(last.training().loss(), last.training().objective(), 1e-12);
            Evaluation seen = last.evaluation().orElseThrow();
            assertEquals(70, seen.counted());
            boolean labels = loss instanceof BceWithLogitsLoss;
            assertEquals(labels, seen.accuracy() > 0.7, seen.toString());
            assertEquals(!labels, Double.isNaN(seen.accuracy()));
            assertEquals(!labels, Double.isNaN(last.training().accuracy()));
            try (Model model = trainer.model()) {
                assertEquals(
                        labels ? Task.MULTI_LABEL : Task.VALUES, model.info().task());
                Evaluation alone = model.evaluate(test);
                assertEquals(seen.absoluteError(), alone.absoluteError(), 1e-12);
                assertEquals(seen.squaredError(), alone.squaredError(), 1e-12);
                assertEquals(labels ? seen.loss() : seen.squaredError(), alone.loss(), 1e-12);
                assertEquals(seen.accuracy(), alone.accuracy());
                check(model, test, alone, labels);
            }
        }
    }

    /** The errors are those of the outputs that the model gives. */
    private static void check(Model model, Dataset test, Evaluation evaluation, boolean labels) {
        double absolute = 0;
        double squared = 0;
        for (int i = 0; i < test.size(); i++) {
            float[] outputs = model.logits(test.sample(i));
            for (int k = 0; k < OUTPUTS; k++) {
                double output = labels ? 1 / (1 + Math.exp(-outputs[k])) : outputs[k];
                double error = output - test.targets().get(i * OUTPUTS + k);
                absolute += Math.abs(error) / OUTPUTS;
                squared += error * error / OUTPUTS;
            }
        }
        assertEquals(absolute / test.size(), evaluation.absoluteError(), 1e-6);
        assertEquals(squared / test.size(), evaluation.squaredError(), 1e-6);
    }

    @Test
    void aSampleOfWeight0IsAsGoodAsNone() {
        Dataset all = table(48, 1);
        float[] weights = new float[48];
        java.util.Arrays.fill(weights, 0, 32, 2);
        TrainingSettings settings = settings(new MseLoss()).batchSize(48).build();
        assertArrayEquals(
                parameters(settings, all.limit(32)), parameters(settings, all.withSampleWeights(weights)), 1e-6f);
        Dataset classes = Toy.data(48, 1);
        TrainingSettings labels = Toy.settings().batchSize(48).build();
        assertArrayEquals(
                parameters(labels, classes.limit(32)), parameters(labels, classes.withSampleWeights(weights)), 1e-6f);
    }

    private static float[] parameters(TrainingSettings settings, Dataset data) {
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data);
            return trainer.parameters().values();
        }
    }

    @Test
    void weightsAreInTheObjectiveAlone() {
        Dataset data = table(60, 1).withSampleWeights(weights(60));
        Loss loss = BceWithLogitsLoss.DEFAULT.withPosWeight(3, 0.5f);
        assertFalse(loss.isPlain());
        try (Trainer trainer = Trainer.create(settings(loss).build())) {
            Recorder recorder = new Recorder();
            EpochEnded last = trainer.fit(data, data, recorder).lastEpoch();
            assertFalse(recorder.start.minimisesTheLoss());
            Evaluation seen = last.evaluation().orElseThrow();
            assertNotEquals(seen.loss(), seen.objective());
            assertNotEquals(last.training().loss(), last.training().objective());
            try (Model model = trainer.model()) {
                assertEquals(seen.loss(), model.evaluate(data).loss(), 1e-12);
            }
        }
    }

    @Test
    void theBestEpochIsKeptByTheTestLoss() {
        TrainingSettings settings =
                settings(new HuberLoss(0.5)).keep(Keep.BEST).earlyStopping(3).build();
        Dataset test = table(40, 5);
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(table(60, 1), test);
            BestEpoch best = result.best().orElseThrow();
            assertTrue(result.epochs().stream()
                    .allMatch(e -> e.evaluation().orElseThrow().loss()
                            >= best.evaluation().loss()));
            try (Model model = trainer.model()) {
                assertEquals(
                        best.evaluation().absoluteError(), model.evaluate(test).absoluteError(), 1e-12);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefusedInOneSentence() {
        Dataset data = table(20, 1);
        refused(settings(new MseLoss()), Toy.data(20, 1), "the training set has no targets, which the loss mse needs");
        refused(
                settings(new MseLoss()).layers(Toy.FEATURES, 3),
                data,
                "the training set has 2 targets a sample, but the net 7-3 has 3 outputs");
        float[] wrong = new float[40];
        wrong[13] = 1.5f;
        refused(
                settings(BceWithLogitsLoss.DEFAULT),
                data.withTargets(wrong, 2),
                "target 1 of sample 6 of the training set is 1.5, but the loss bce takes targets from 0 to 1");
        refused(
                settings(new L1Loss()),
                data.withSampleWeights(new float[20]),
                "none of the 20 training samples counts: the weight of each is 0");
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> settings(BceWithLogitsLoss.DEFAULT.withPosWeight(1, 2, 3))
                                .build())
                .getMessage()
                .contains("pos_weight has 3 values, but the net 7-13-2 has 2 outputs"));
        for (String id : List.of("hubber", "mse:2", "huber:", "huber:0", "smooth_l1:-1", "huber:NaN")) {
            assertThrows(IllegalArgumentException.class, () -> Loss.of(id), id);
        }
    }

    private static void refused(TrainingSettings.Builder settings, Dataset data, String sentence) {
        try (Trainer trainer = Trainer.create(settings.build())) {
            String message = assertThrows(IllegalArgumentException.class, () -> trainer.fit(data))
                    .getMessage();
            assertTrue(message.contains(sentence), message);
        }
    }

    @Test
    void theWeightsAndTargetsBelongToTheRunThatACheckpointGoesOnWith() {
        Dataset data = table(20, 1);
        TrainingSettings settings = settings(new MseLoss()).build();
        String before = fingerprint(settings, data);
        assertNotEquals(before, fingerprint(settings, data.withSampleWeights(weights(20))));
        assertNotEquals(before, fingerprint(settings, data.withTargets(new float[40], 2)));
        assertNotEquals(before, fingerprint(settings(new HuberLoss(0.5)).build(), data));
        assertEquals(before, fingerprint(settings, table(20, 1)));
    }

    private static String fingerprint(TrainingSettings settings, Dataset data) {
        return Fingerprint.of(settings, TrainingData.of(data)).toString();
    }
}
