package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.NumberRange;
import dev.mnistnative.data.PixelType;
import java.util.Optional;

/** What is said where the numbers of a training set, of which nothing was told, may mean something else. */
final class TrainingRange {
    private static final int BRIGHTEST = 255;
    private static final int BRIGHTEST_OF_16_BITS = 65_535;

    private TrainingRange() {}

    static Optional<String> note(Dataset training) {
        if (!training.hasPictures()) {
            return Optional.empty();
        }
        NumberRange numbers = training.range();
        if (training.pixelType() == PixelType.UINT8) {
            return training.scale() != 1 && numbers.greatest() == 1
                    ? Optional.of(
                            "the training set has only 0 and 1 as bytes, which are divided by 255: --scale raw takes"
                                    + " them as they are")
                    : Optional.empty();
        }
        if (numbers.reachesBytes()) {
            return Optional.of(
                    "the training set has numbers of 0 … 255, which are taken as they are: --scale unit brings"
                            + " them to 0 … 1, which trains better");
        }
        boolean words = numbers.whole() && numbers.isWithin(0, BRIGHTEST_OF_16_BITS) && numbers.greatest() > BRIGHTEST;
        return words
                ? Optional.of("the training set has numbers of 0 … " + (int) numbers.greatest()
                        + ", which are taken as they are: --scale " + (float) (1 / numbers.greatest())
                        + " brings them to 0 … 1, or --standardize each feature")
                : Optional.empty();
    }
}
