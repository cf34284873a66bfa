package dev.mnistnative.data;

/**
 * A training set and, where there is one, its test set.
 *
 * @param train never null
 * @param test null if the source has none
 */
public record TrainTest(Dataset train, Dataset test) implements AutoCloseable {
    @Override
    public void close() {
        train.close();
        if (test != null) {
            test.close();
        }
    }
}
