package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whose weights a run leaves. */
class KeepBestTest extends CheckpointRuns {
    /** A net that overfits: its evaluation is best early and then gets worse. */
    private static TrainingSettings.Builder overfitting() {
        return Toy.settings()
                .layers(Toy.FEATURES, 64, Toy.CLASSES)
                .optimizer(new Adam(0.02))
                .batchSize(4)
                .epochs(EPOCHS);
    }

    /** A third of the labels are wrong. */
    private final Dataset few = mislabelled(48);

    private static Dataset mislabelled(int samples) {
        Dataset right = Toy.data(samples, 5);
        float[] pixels = new float[samples * Toy.FEATURES];
        right.pixels().asFloatBuffer().get(pixels);
        int[] labels = new int[samples];
        for (int i = 0; i < samples; i++) {
            labels[i] = (right.label(i) + (i % 3 == 0 ? 1 : 0)) % Toy.CLASSES;
        }
        return Dataset.ofFloats(pixels, Toy.FEATURES, labels);
    }

    /** What a run tells and leaves. */
    private record Kept(TrainingResult result, List<Parameters> afterEpochs, Parameters left, double loss) {}

    private Kept train(TrainingSettings settings, Checkpoints checkpoints) {
        List<Parameters> after = new ArrayList<>();
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(TrainingData.withTest(few, test), checkpoints, new TrainingListener() {
                @Override
                public void onEpoch(EpochEnded event) {
                    after.add(trainer.parameters());
                }
            });
            try (Model model = trainer.model()) {
                return new Kept(
                        result,
                        after,
                        trainer.parameters(),
                        model.evaluate(test).loss());
            }
        }
    }

    private static int best(List<EpochEnded> epochs) {
        int best = 0;
        for (int i = 1; i < epochs.size(); i++) {
            if (loss(epochs.get(i)) < loss(epochs.get(best))) {
                best = i;
            }
        }
        return best;
    }

    private static double loss(EpochEnded epoch) {
        return epoch.evaluation().orElseThrow().loss();
    }

    @Test
    void theBestEpochsWeightsAreLeft() {
        Kept kept = train(overfitting().keep(Keep.BEST).build(), Checkpoints.NONE);
        List<EpochEnded> epochs = kept.result().epochs();
        int best = best(epochs);
        assertTrue(best < EPOCHS - 1, "it must have become worse: best " + best);
        assertEquals(best + 1, kept.result().best().orElseThrow().epoch());
        assertEquals(
                loss(epochs.get(best)), kept.result().best().get().evaluation().loss());
        assertEquals(kept.afterEpochs().get(best), kept.left());
        assertEquals(loss(epochs.get(best)), kept.loss(), 1e-6);
    }

    @Test
    void aCheckpointIsAModelOfItsLastWeights() throws IOException {
        Kept kept = train(overfitting().keep(Keep.BEST).build(), Checkpoints.in(folder));
        List<String> notes = new ArrayList<>();
        SavedModel model = SavedModel.read(checkpoints().get(2), notes::add);
        assertEquals(kept.afterEpochs().get(EPOCHS - 1), model.parameters());
        assertEquals(List.of(), notes, "the second set of weights is no part of it");
    }

    @Test
    void theLastOnesAreLeftUnlessStoppingEarly() {
        assertEquals(Keep.LAST, overfitting().build().keep());
        assertEquals(Keep.BEST, overfitting().earlyStopping(2).build().keep());
        assertEquals(
                Keep.LAST,
                overfitting().earlyStopping(2).keep(Keep.LAST).build().keep());
        Kept last = train(overfitting().build(), Checkpoints.NONE);
        assertEquals(Optional.empty(), last.result().best());
        assertEquals(last.afterEpochs().get(EPOCHS - 1), last.left());
        Kept stopped = train(overfitting().epochs(60).earlyStopping(3).build(), Checkpoints.NONE);
        assertEquals(StopReason.EARLY_STOPPING, stopped.result().reason());
        int best = stopped.result().best().orElseThrow().epoch();
        assertEquals(stopped.result().epochs().size() - 3, best);
        assertEquals(stopped.afterEpochs().get(best - 1), stopped.left());
    }

    @Test
    void aResumedRunKnowsTheBestOfAllEpochs() {
        TrainingSettings settings = overfitting().keep(Keep.BEST).build();
        Kept whole = train(settings, Checkpoints.NONE);
        int best = best(whole.result().epochs());
        Checkpoints newestOnly = Checkpoints.in(folder).keeping(1);
        train(settings.toBuilder().epochs(best + 2).build(), newestOnly); // the best is behind it
        Kept resumed = train(settings, newestOnly.resuming());
        assertEquals(EPOCHS - best - 2, resumed.result().epochs().size());
        assertEquals(whole.result().best(), resumed.result().best());
        assertEquals(whole.left(), resumed.left());
        Kept over = train(settings, newestOnly.resuming());
        assertEquals(whole.left(), over.left(), "when there is nothing left to do, too");
        TrainingSettings last = settings.toBuilder().keep(Keep.LAST).build();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> train(last, newestOnly.resuming()))
                .getMessage()
                .contains("keep is LAST"));
    }

    @Test
    void theRunGoesOnFromItsLastWeightsAndNotFromTheBest() {
        TrainingSettings settings = overfitting().keep(Keep.BEST).build();
        Kept whole = train(settings, Checkpoints.NONE);
        train(settings.toBuilder().epochs(EPOCHS - 1).build(), Checkpoints.in(folder));
        Kept resumed = train(settings, Checkpoints.in(folder).resuming());
        assertEquals(whole.afterEpochs().get(EPOCHS - 1), resumed.afterEpochs().get(0));
        assertNotEquals(resumed.left(), resumed.afterEpochs().get(0));
    }

    @Test
    void aDivergedRunKeepsItsBest() {
        TrainingSettings settings = overfitting()
                .optimizer(new Sgd(0.1))
                .schedule(LearningRateSchedule.step(2, 1e30))
                .keep(Keep.BEST)
                .build();
        Kept kept = train(settings, Checkpoints.NONE);
        assertEquals(StopReason.DIVERGED, kept.result().reason());
        int best = kept.result().best().orElseThrow().epoch();
        assertArrayEquals(kept.afterEpochs().get(best - 1).values(), kept.left().values());
    }

    @Test
    void whatIsNoNumberIsNeverBetter() {
        EvaluationHistory history =
                new EvaluationHistory(overfitting().keep(Keep.BEST).build());
        Parameters parameters = Parameters.initial(overfitting().build().layers(), 0);
        history.add(1, evaluation(Double.NaN), () -> parameters);
        assertEquals(Optional.empty(), history.bestEpoch());
        history.add(2, evaluation(0.5), () -> parameters);
        history.add(3, evaluation(Double.NaN), () -> parameters);
        history.add(4, evaluation(0.5), () -> parameters);
        history.add(5, evaluation(0.6), () -> parameters); // of a lower objective
        assertEquals(2, history.bestEpoch().orElseThrow().epoch());
    }

    private static Evaluation evaluation(double loss) {
        return new Evaluation(loss, -loss, 0.5, 10, Optional.empty());
    }

    @Test
    void theBestOfNothingIsRefused() {
        try (Trainer trainer = Trainer.create(overfitting().keep(Keep.BEST).build())) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(few))
                    .getMessage()
                    .contains("keep BEST needs an evaluation"));
        }
    }
}
