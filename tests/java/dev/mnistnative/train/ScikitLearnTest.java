package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.metrics.ValueMetrics;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A net learns small data as well as scikit-learn's of the same shape, whose values make_sklearn.py measured. */
@Timeout(120)
class ScikitLearnTest {
    private static final int SEEDS = 3;

    private static JsonNode measured(String data) throws IOException {
        return new ObjectMapper()
                .readTree(GoldenNpz.DIRECTORY.resolve("sklearn.json").toFile())
                .get(data);
    }

    @Test
    void digits() throws IOException {
        JsonNode theirs = measured("digits");
        Dataset data = DataFiles.read(breadth("digits_x.npy"), breadth("digits_y.npy"));
        assertEquals(900, data.size());
        double accuracy = meanScore(
                data,
                settings(theirs, 64, 10),
                (model, test) -> model.evaluate(test).accuracy());
        double expected = theirs.get("mean").asDouble();
        assertTrue(accuracy >= expected - 0.005, "accuracy " + accuracy + ", scikit-learn's " + expected);
    }

    @Test
    void diabetes() throws IOException {
        JsonNode theirs = measured("diabetes");
        Dataset data =
                DataFiles.withTargets(DataFiles.readImages(breadth("diabetes_x.npy")), breadth("diabetes_t.npy"));
        assertEquals(442, data.size());
        double r2 = meanScore(
                data,
                settings(theirs, 10, 1).loss(new MseLoss()),
                (model, test) -> ((ValueMetrics) model.metrics(test)).r2());
        double expected = theirs.get("mean").asDouble();
        assertTrue(r2 >= expected - 0.02, "R2 " + r2 + ", scikit-learn's " + expected);
    }

    private static Path breadth(String name) {
        return GoldenNpz.DIRECTORY.resolve("breadth").resolve(name);
    }

    private static TrainingSettings.Builder settings(JsonNode theirs, int features, int outputs) {
        return TrainingSettings.builder(features, theirs.get("hidden").get(0).asInt(), outputs)
                .optimizer(new Adam(theirs.get("lr").asDouble()))
                .batchSize(theirs.get("batch").asInt())
                .epochs(theirs.get("epochs").asInt())
                .shuffle(true)
                .dropLast(false)
                .device(Device.cpu())
                .threads(1);
    }

    /** The mean over the folds and seeds. */
    private static double meanScore(
            Dataset data, TrainingSettings.Builder settings, ToDoubleBiFunction<Model, Dataset> score)
            throws IOException {
        int folds = measured("folds").asInt();
        double sum = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            for (int fold = 0; fold < folds; fold++) {
                int held = fold;
                int[] training = indices(data, i -> i % folds != held);
                int[] test = indices(data, i -> i % folds == held);
                try (Trainer trainer = Trainer.create(settings.seed(seed).build())) {
                    trainer.fit(data.select(training));
                    try (Model model = trainer.model()) {
                        sum += score.applyAsDouble(model, data.select(test));
                    }
                }
            }
        }
        return sum / (SEEDS * folds);
    }

    private static int[] indices(Dataset data, IntPredicate chosen) {
        return IntStream.range(0, data.size()).filter(chosen).toArray();
    }
}
