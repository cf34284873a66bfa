package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    @Test
    void aRunsRatesAreTheSettingsToTheLastBit() {
        for (LearningRateSchedule schedule : new LearningRateSchedule[] {
            LearningRateSchedule.constant(),
            LearningRateSchedule.step(1, 0.999),
            LearningRateSchedule.step(3, 0.7),
            LearningRateSchedule.cosine(0.001)
        }) {
            TrainingSettings s =
                    settings().schedule(schedule).epochs(50).warmupSteps(70).build();
            LearningRates rates = new LearningRates(s);
            for (int epoch : new int[] {0, 1, 2, 3, 4, 9, 10, 11, 12, 49}) {
                double[] of = rates.of(epoch, epoch * 7L, 7);
                for (int step = 0; step < 7; step++) {
                    assertEquals(s.learningRate(epoch, epoch * 7L + step), of[step]);
                }
            }
        }
    }

    @Test
    void aLateEpochCostsNoMoreThanAnEarlyOne() {
        TrainingSettings s = settings()
                .schedule(LearningRateSchedule.step(1, 0.5))
                .epochs(Integer.MAX_VALUE)
                .build();
        assertEquals(0, s.learningRate(2_000_000_000, 0), "it stays at 0: the product need not go on");
        TrainingSettings same =
                s.toBuilder().schedule(LearningRateSchedule.step(1, 1)).build();
        assertEquals(0.1, same.learningRate(2_000_000_000, 0));
        TrainingSettings slow =
                s.toBuilder().schedule(LearningRateSchedule.step(1, 0.9999999)).build();
        LearningRates rates = new LearningRates(slow);
        double sum = 0;
        for (int epoch = 0; epoch < 100_000; epoch++) { // a tenth of a second in all, not a minute
            sum += rates.of(epoch, epoch, 1)[0];
        }
        assertTrue(sum > 9000 && sum < 10_000, "sum " + sum);
    }
}
