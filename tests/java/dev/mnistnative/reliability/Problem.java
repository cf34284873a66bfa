package dev.mnistnative.reliability;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.train.Toy;
import dev.mnistnative.train.TrainingSettings;
import java.util.stream.IntStream;

/** The small problem as these tests need it: any net, shuffled, on two threads. */
final class Problem {
    private Problem() {}

    static Dataset data(int samples) {
        return Toy.data(samples, samples);
    }

    static TrainingSettings.Builder settings(int... hidden) {
        IntStream outputs = IntStream.concat(IntStream.of(hidden), IntStream.of(Toy.CLASSES));
        return Toy.settings()
                .layers(IntStream.concat(IntStream.of(Toy.FEATURES), outputs).toArray())
                .epochs(2)
                .shuffle(true)
                .threads(2);
    }
}
