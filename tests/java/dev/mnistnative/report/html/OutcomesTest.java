package dev.mnistnative.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.data.TrainingData;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.BceWithLogitsLoss;
import dev.mnistnative.train.Loss;
import dev.mnistnative.train.MseLoss;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of a net whose outputs are no classes. */
class OutcomesTest {
    private static final int SAMPLES = 120;

    private final Random random = new Random(5);

    private float[] numbers(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    private static String page(Dataset data, Loss loss, int hidden, List<String> names) throws IOException {
        TrainingSettings settings = TrainingSettings.builder(data.features(), hidden, data.outputs())
                .loss(loss)
                .optimizer(new Adam(0.01))
                .batchSize(20)
                .epochs(3)
                .build();
        RunRecord run = new RunRecord();
        try (Trainer trainer = Trainer.create(settings)) {
            trainer.fit(TrainingData.withTest(data, data), run);
            ModelInfo info = ModelInfo.NONE.withTask(loss.task()).withTargetNames(names);
            try (Model model = trainer.model(info)) {
                return new HtmlReport(run, new HtmlReport.Trained(model, Optional.of(data), EvaluatedOn.TEST)).html();
            }
        }
    }

    private static int count(String pattern, String page) {
        return (int) Pattern.compile(pattern).matcher(page).results().count();
    }

    @Test
    void valuesAreDrawnAgainstTheirTargets() throws IOException {
        float[] inputs = numbers(SAMPLES * 5);
        float[] targets = new float[SAMPLES * 2];
        for (int i = 0; i < SAMPLES; i++) {
            targets[2 * i] = inputs[5 * i] + inputs[5 * i + 1];
            targets[2 * i + 1] = 3; // never varies
        }
        try (Dataset data = Dataset.ofFloats(inputs, 5, null).withTargets(targets, 2)) {
            String page = page(data, new MseLoss(), 8, List.of("sum <b>", "three"));
            assertEquals(2, count("aria-label=\"[^\"]*: predicted by true\"", page));
            assertEquals(2 * SAMPLES, count("M[\\d.-]+ [\\d.-]+h0", page));
            assertTrue(page.contains("<strong>sum &lt;b&gt;</strong>"));
            assertTrue(page.contains("aria-label=\"Mean absolute error by epoch; train ends at "));
            assertTrue(page.contains("test mean absolute error</span>"));
            assertTrue(
                    Pattern.compile("<tr><th>three<td>[\\d.e-]+<td>[\\d.e-]+<td>-</tr>")
                            .matcher(page)
                            .find(),
                    page);
            assertFalse(page.contains("accuracy"));
            assertFalse(page.contains("class=\"digit\""));
            assertFalse(page.contains("NaN"));
        }
    }

    @Test
    void picturesAreShownBeforeAndAfter() throws IOException {
        float[] clean = numbers(SAMPLES * 64);
        float[] noisy = clean.clone();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += (float) random.nextGaussian() / 5;
        }
        try (Dataset some = Dataset.ofFloats(noisy, 64, null).withTargets(clean, 64);
                Dataset same = Dataset.ofFloats(clean, 64, null).withTargets(clean, 64)) {
            String denoised = page(some, new MseLoss(), 16, List.of());
            assertTrue(denoised.contains("<h2>Clean, noisy, cleaned</h2>"));
            assertEquals(3 * 12, count("class=\"digit\"", denoised));
            assertEquals(12, count("alt=\"noisy\"", denoised));
            assertEquals(12, count("<figcaption title=\"sample \\d+\">0\\.0[2-7]\\d+ → <b>0\\.\\d+</b>", denoised));
            assertEquals(1, count("aria-label=\"[^\"]*: predicted by true\"", denoised));
            String copied = page(same, new MseLoss(), 16, List.of());
            assertTrue(copied.contains("<h2>Input and output</h2>"));
            assertEquals(2 * 12, count("class=\"digit\"", copied));
        }
    }

    @Test
    void labelsHaveARowAndACurveEach() throws IOException {
        float[] inputs = numbers(SAMPLES * 5);
        float[] targets = new float[SAMPLES * 3];
        for (int i = 0; i < SAMPLES; i++) {
            targets[3 * i] = inputs[5 * i] > 0.5 ? 1 : 0;
            targets[3 * i + 1] = inputs[5 * i + 1] > 0.8 ? 1 : 0; // the third is never there
        }
        try (Dataset data = Dataset.ofFloats(inputs, 5, null).withTargets(targets, 3)) {
            String page = page(data, BceWithLogitsLoss.DEFAULT, 8, List.of("first", "second", "third"));
            assertTrue(page.contains("<h2>Labels</h2>"));
            assertEquals(3, count("<tr><th>(first|second|third)<td", page));
            assertEquals(2, count("class=\"key hue\"[^>]*>(first|second) [01]\\.\\d{4}<", page));
            assertTrue(page.contains("Drawn are the 2 of the smallest areas, of 3."));
            assertTrue(page.contains("test accuracy</span>"));
            assertFalse(page.contains("NaN"));
        }
    }
}
