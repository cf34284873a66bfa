package dev.mnistnative.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.net.Device;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The article's run on the embedded MNIST against PyTorch's numbers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenRunTest {
    private static final int STEPS = 200;
    private static final double TWO_IMAGES = 2.0 / 320;
    private static final double ROUNDING = 1e-12; // of shares that are whole numbers of images

    private final TrainingSettings article =
            Preset.ARTICLE.settings().toBuilder().device(Device.cpu()).build();
    private Dataset train;
    private Dataset test;

    @BeforeAll
    void load() {
        train = Mnist.train();
        test = Mnist.test();
    }

    @AfterAll
    void close() {
        train.close();
        test.close();
    }

    /** Losses of the first steps; after the last whole batch the next epoch begins. */
    private static List<Double> firstLosses(TrainingSettings settings, Dataset data) {
        List<Double> losses = new ArrayList<>();
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(data, new TrainingListener() {
                @Override
                public void onSteps(StepsDone report) {
                    for (double loss : report.losses()) {
                        losses.add(loss);
                    }
                    if (losses.size() >= STEPS) {
                        trainer.cancel();
                    }
                }
            });
        }
        return losses.subList(0, STEPS);
    }

    private static void assertLosses(double[] wanted, List<Double> found, double relative) {
        assertEquals(STEPS, wanted.length);
        for (int step = 0; step < STEPS; step++) {
            assertEquals(wanted[step], found.get(step), relative * wanted[step], "step " + (step + 1));
        }
    }

    @Test
    void theArticlesFirstStepsAreThoseOfPyTorchsFloat64() throws IOException {
        assertLosses(GoldenNpz.read("full_adam.npz", "loss_f64"), firstLosses(article, train), 1e-5);
    }

    @Test
    void theFirstStepsOnRawPixelsAreThoseOfFloat64() throws IOException {
        assertLosses(GoldenNpz.read("raw_adam.npz", "loss_f64"), firstLosses(article, train.withScale(1)), 2e-3);
    }

    @Test
    void theSecondProgramsNetInFileOrderIsPyTorchs() throws IOException {
        TrainingSettings settings = Preset.BP.settings().toBuilder()
                .device(Device.cpu())
                .shuffle(false)
                .build();
        assertLosses(GoldenNpz.read("full_sgd.npz", "loss_f64"), firstLosses(settings, train), 1e-5);
    }

    @Test
    void twentyEpochsAreThoseOfPyTorch() throws IOException {
        TrainingResult result = wholeRun(TrainingData.withTest(train, test), "scaled_f32", 2e-3);
        EpochEnded last = result.lastEpoch();
        assertEquals(
                "train_loss: 0.27 accuracy: 0.95",
                String.format(
                        Locale.ROOT,
                        "train_loss: %.2f accuracy: %.2f",
                        last.training().loss(),
                        last.training().lastBatchAccuracy()));
        assertEquals(0.9265, last.evaluation().orElseThrow().accuracy(), 0.0015);
    }

    @Test
    void twentyEpochsOnRawPixelsAreThoseOfPyTorch() throws IOException {
        wholeRun(TrainingData.of(train.withScale(1)), "raw_f32", 3e-3);
    }

    @Test
    void fiftyStepsGiveTheSameBitsForAnyNumberOfThreadsAndOnEveryRun() {
        Parameters wanted = afterFiftySteps(1);
        for (int threads : new int[] {1, 2, 3, 8}) {
            assertEquals(wanted, afterFiftySteps(threads), threads + " threads");
        }
    }

    private Parameters afterFiftySteps(int threads) {
        TrainingSettings settings = article.toBuilder()
                .threads(threads)
                .shuffle(true)
                .seed(3)
                .epochs(1)
                .build();
        try (Dataset part = train.limit(50 * 320);
                Trainer trainer = Trainer.create(settings)) {
            assertEquals(50, trainer.fit(part).lastEpoch().position().step());
            return trainer.parameters();
        }
    }

    private TrainingResult wholeRun(TrainingData data, String name, double lossTolerance) throws IOException {
        JsonNode wanted = new ObjectMapper()
                .readTree(GoldenNpz.DIRECTORY.resolve("seed_run.json").toFile())
                .get("runs")
                .get(name);
        try (Trainer trainer = Trainer.create(article)) {
            TrainingResult result = trainer.fit(data);
            assertEquals(StopReason.COMPLETED, result.reason());
            assertEquals(20, result.epochs().size());
            for (EpochEnded report : result.epochs()) {
                int e = report.position().epoch() - 1;
                double loss = wanted.get("mean_loss").get(e).asDouble();
                assertEquals(loss, report.training().loss(), lossTolerance, "loss of " + report);
                double accuracy = wanted.get("last_batch_accuracy").get(e).asDouble();
                double deviation = Math.abs(accuracy - report.training().lastBatchAccuracy());
                assertTrue(deviation <= TWO_IMAGES + ROUNDING, "accuracy " + accuracy + " is wanted of " + report);
                assertEquals(187, report.position().step());
            }
            return result;
        }
    }
}
