package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Against the recursions of torch.optim.lr_scheduler, written out here. */
class LearningRateTest {
    private static TrainingSettings.Builder settings() {
        return Toy.settings().optimizer(new Sgd(0.1));
    }

    @Test
    void stepMultipliesAfterEverySoManyEpochs() {
        TrainingSettings s = settings()
                .schedule(LearningRateSchedule.step(3, 0.5))
                .epochs(10)
                .build();
        double rate = 0.1;
        for (int epoch = 0; epoch < 10; epoch++) {
            if (epoch > 0 && epoch % 3 == 0) {
                rate *= 0.5;
            }
            assertEquals(rate, s.learningRate(epoch, epoch * 7L));
        }
    }

    @Test
    void cosineFollowsPyTorchsRecursion() {
        int epochs = 15;
        double min = 0.001;
        TrainingSettings s = settings()
                .schedule(LearningRateSchedule.cosine(min))
                .epochs(epochs)
                .build();
        double rate = 0.1;
        for (int epoch = 0; epoch < epochs; epoch++) {
            if (epoch > 0) {
                rate = (1 + Math.cos(Math.PI * epoch / epochs))
                                / (1 + Math.cos(Math.PI * (epoch - 1) / epochs))
                                * (rate - min)
                        + min;
            }
            assertEquals(rate, s.learningRate(epoch, epoch * 7L), 1e-15);
        }
    }

    @Test
    void warmUpFollowsLinearLrStepByStep() {
        int total = 5;
        double start = 1.0 / 3;
        TrainingSettings s = settings().warmupSteps(total).build();
        double rate = 0.1 * start;
        for (int step = 0; step < 8; step++) {
            if (step > 0 && step <= total) {
                rate *= 1 + (1 - start) / (total * start + (step - 1) * (1 - start));
            }
            assertEquals(rate, s.learningRate(0, step), 1e-15);
        }
        assertEquals(0.1, s.learningRate(0, total));
    }

    @Test
    void constantIsTheOptimizersOwn() {
        assertEquals(0.1, settings().build().learningRate(19, 12345));
    }
}
