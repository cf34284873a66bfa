package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.Parameters;
import org.junit.jupiter.api.Test;

/** What a run does, tells and refuses. */
class TrainerTest {
    private final Dataset data = Toy.data(200, 1);
    private final Dataset test = Toy.data(100, 2);

    @Test
    void itLearnsAndReports() {
        Recorder recorder = new Recorder();
        TrainingSettings settings = Toy.settings().epochs(20).shuffle(true).build();
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(data, test, recorder);
            assertEquals(StopReason.COMPLETED, result.reason());
            assertEquals(recorder.epochs, result.epochs());
            assertEquals(result, recorder.end);
            assertEquals(20, result.epochs().size());
            EpochEnded last = result.lastEpoch();
            assertTrue(
                    last.training().loss() < result.epochs().get(0).training().loss() / 2, last.toString());
            assertTrue(last.evaluation().orElseThrow().accuracy() > 0.8, last.toString());
            assertEquals(20, last.position().epoch());
            assertEquals(13, last.position().step());
            assertTrue(last.timing().seconds() > 0 && last.timing().samplesPerSecond() > 0);
            try (Model model = trainer.model()) {
                Evaluation evaluation = model.evaluate(test);
                assertEquals(evaluation.loss(), last.evaluation().orElseThrow().loss(), 1e-6);
                assertEquals(
                        evaluation.accuracy(), last.evaluation().orElseThrow().accuracy());
            }
        }
        assertEquals(200, recorder.start.data().samples());
        assertEquals(100, recorder.start.data().evaluationSamples());
        assertEquals(EvaluatedOn.TEST, recorder.start.data().evaluatedOn());
        assertEquals(13, recorder.start.data().stepsPerEpoch());
        assertEquals(Device.cpu(), recorder.start.machine().device());
        assertEquals(7 * 13 + 13 + 13 * 3 + 3, recorder.start.parameters());
    }

    @Test
    void theStartSaysWhatIsEvaluatedOn() {
        TrainingData split = data.split(0.25, 3);
        assertEquals(50, split.evaluation().orElseThrow().size());
        Recorder recorder = new Recorder();
        try (Trainer trainer = Trainer.create(Toy.settings().epochs(1).build())) {
            trainer.fit(split, recorder);
            assertEquals(EvaluatedOn.VALIDATION, recorder.start.data().evaluatedOn());
            assertEquals("validation", recorder.start.data().evaluatedOn().toString());
            assertEquals(50, recorder.start.data().evaluationSamples());
        }
    }

    @Test
    void divergenceIsAReasonAndRestoresTheChunksStart() {
        TrainingSettings settings = Toy.settings()
                .layers(Toy.FEATURES, Toy.CLASSES)
                .optimizer(new Sgd(Double.MAX_VALUE))
                .epochs(50)
                .build();
        Recorder recorder = new Recorder();
        try (Trainer trainer = Trainer.create(settings)) {
            Parameters[] chunkStart = {trainer.parameters()};
            TrainingResult result = trainer.fit(data, recorder, new TrainingListener() {
                @Override
                public void onSteps(StepsDone report) {
                    chunkStart[0] = trainer.parameters();
                }
            });
            assertEquals(StopReason.DIVERGED, result.reason());
            assertTrue(result.message().matches("epoch \\d+, step \\d+: .*learning rate.*"), result.message());
            assertEquals(result, recorder.end);
            assertEquals(chunkStart[0], trainer.parameters());
        }
    }

    @Test
    void earlyStoppingIsAReason() {
        TrainingSettings settings =
                Toy.settings().optimizer(new Sgd(0)).epochs(50).earlyStopping(3).build();
        try (Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(data, test);
            assertEquals(StopReason.EARLY_STOPPING, result.reason());
            assertEquals(4, result.epochs().size(), "one that was better than none, three that were not");
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(data))
                    .getMessage()
                    .contains("evaluation"));
        }
    }

    @Test
    void parametersGoInAndOut() {
        TrainingSettings settings = Toy.settings().seed(3).build();
        try (Trainer trainer = Trainer.create(settings)) {
            assertEquals(Parameters.initial(settings.layers(), 3), trainer.parameters());
            Parameters other = Parameters.initial(settings.layers(), 4);
            trainer.setParameters(other);
            assertEquals(other, trainer.parameters());
            Parameters foreign = Parameters.initial(Mlp.of(7, 3), 0);
            assertThrows(IllegalArgumentException.class, () -> trainer.setParameters(foreign));
        }
    }

    @Test
    void dataThatDoesNotFitIsRefusedAndTheTrainerStaysUsable() {
        try (Trainer trainer = Trainer.create(Toy.settings().build())) {
            Dataset wide = Dataset.ofBytes(new byte[16], 8, new int[] {0, 1});
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(wide))
                    .getMessage()
                    .contains("features"));
            assertThrows(IllegalArgumentException.class, () -> trainer.fit(data, wide, refuseToStart()));
            Dataset foreign = Dataset.ofBytes(new byte[14], 7, new int[] {0, 3});
            assertTrue(assertThrows(IllegalArgumentException.class, () -> trainer.fit(foreign))
                    .getMessage()
                    .contains("3"));
            assertThrows(IllegalArgumentException.class, () -> trainer.fit(data, foreign, refuseToStart()));
            assertEquals(StopReason.COMPLETED, trainer.fit(data).reason());
        }
    }

    private static TrainingListener refuseToStart() {
        return new TrainingListener() {
            @Override
            public void onStart(TrainingStart start) {
                throw new IllegalStateException("the test set must be checked before the first step");
            }
        };
    }
}
