package dev.mnistnative.report;

import dev.mnistnative.net.Device;
import dev.mnistnative.train.EpochReport;
import dev.mnistnative.train.StepsReport;
import dev.mnistnative.train.TrainingSettings;
import dev.mnistnative.train.TrainingStart;
import java.util.OptionalDouble;

/** Parts of a made-up run for tests of the listeners. */
public final class Runs {
    public static final int STEPS_PER_EPOCH = 250;

    private Runs() {}

    public static TrainingStart start(String deviceReason) {
        TrainingSettings settings = TrainingSettings.builder()
                .layers(4, 3, 2)
                .batchSize(8)
                .epochs(2)
                .seed(7)
                .build();
        return new TrainingStart(
                settings,
                Device.cpu(),
                deviceReason,
                "avx2",
                3,
                "cpu, avx2, 3 threads, float32",
                "9.8.7",
                2000,
                120,
                STEPS_PER_EPOCH);
    }

    /** A chunk of the first epoch whose step s has the loss s / 1000. */
    public static StepsReport steps(int first, int count) {
        double[] losses = new double[count];
        double[] rates = new double[count];
        for (int i = 0; i < count; i++) {
            losses[i] = (first + i) / 1000.0;
            rates[i] = 0.5;
        }
        return new StepsReport(1, 2, first, STEPS_PER_EPOCH, losses, new int[count], rates, 0.01);
    }

    public static EpochReport epoch(double trainLoss, double accuracy, OptionalDouble testAccuracy) {
        OptionalDouble testLoss = testAccuracy.isPresent() ? OptionalDouble.of(0.123456789123) : OptionalDouble.empty();
        return new EpochReport(
                1, 2, trainLoss, accuracy, 0.5, testLoss, testAccuracy, 1.5, 0.25, STEPS_PER_EPOCH, 1333.4);
    }
}
