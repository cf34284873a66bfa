package dev.mnistnative.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.image.PictureFiles;
import dev.mnistnative.model.Model;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Trainer;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final int WIDTH = 12;

    private static String page;
    private static int wrong;
    private static int[][] confusion;

    @BeforeAll
    static void train() throws IOException {
        var settings = Preset.ARTICLE.settings().toBuilder()
                .layers(784, WIDTH, 10)
                .optimizer(new Adam(1e-3))
                .epochs(2)
                .build();
        RunRecord run = new RunRecord();
        try (Dataset train = Mnist.train().limit(3200);
                Dataset test = Mnist.test().limit(500);
                Trainer trainer = Trainer.create(settings)) {
            trainer.fit(train, test, run);
            try (Model model = trainer.model()) {
                var evaluation = model.evaluate(test);
                wrong = (int) (evaluation.counted() - evaluation.correct());
                confusion = evaluation.confusion().orElseThrow().matrix().orElseThrow();
                page = new HtmlReport(run, new HtmlReport.Trained(model, Optional.of(test), EvaluatedOn.TEST)).html();
            }
        }
    }

    private static List<MatchResult> matches(String pattern) {
        return Pattern.compile(pattern).matcher(page).results().toList();
    }

    @Test
    void nothingComesFromOutside() {
        assertFalse(Pattern.compile("(src|href)=\"(?!data:)").matcher(page).find());
        assertFalse(page.contains("<script"));
        assertFalse(page.contains("://"));
        assertFalse(page.contains("url("));
        assertFalse(page.contains("{{"));
    }

    @Test
    void theNumbersAreThoseOfTheEvaluation() {
        assertTrue(page.contains(wrong + " of 500 samples are read wrongly"));
        List<MatchResult> cells = matches("title=\"(\\d) taken for (\\d): (\\d+)\"");
        assertEquals(100, cells.size());
        for (MatchResult cell : cells) {
            int expected = confusion[Integer.parseInt(cell.group(1))][Integer.parseInt(cell.group(2))];
            assertEquals(expected, Integer.parseInt(cell.group(3)));
        }
        assertTrue(page.contains("784-12-10 on 3,200 samples"));
        assertTrue(page.contains(
                "<tr><th>optimizer<td>adam: lr 0.001, beta1 0.9, beta2 0.999, eps 1e-08, weight decay 0, "));
    }

    @Test
    void theImagesCanBeRead() throws IOException {
        List<MatchResult> digits = matches("class=\"digit\"[^>]*base64,([^\"]+)\"");
        List<MatchResult> tiles = matches("class=\"tile\"[^>]*base64,([^\"]+)\"");
        assertEquals(Math.min(45, wrong), digits.size());
        assertEquals(WIDTH, tiles.size());
        for (MatchResult image : digits) {
            var picture = PictureFiles.read(Base64.getDecoder().decode(image.group(1)), "a mistake", note -> {});
            assertEquals(28 * 28, picture.values().length);
        }
    }

    @Test
    void theSurestMistakeComesFirst() {
        double before = 101;
        for (MatchResult sure : matches("<br>([\\d.]+) % sure")) {
            double probability = Double.parseDouble(sure.group(1));
            assertTrue(probability <= before, probability + " after " + before);
            before = probability;
        }
        assertTrue(before < 101);
    }

    @Test
    void theCurvesHaveAPointAnEpoch() {
        assertEquals(3, matches("aria-label=\"[^\"]*by epoch").size());
        // loss and accuracy of both sets, and the speed
        assertEquals(2 * 2 + 2 * 2 + 2, matches("<circle ").size());
    }

    @Test
    void everyClassHasItsRocCurve() {
        assertEquals(10, matches("class=\"key hue\"[^>]*>\\d [01]\\.\\d{4}<").size());
        assertTrue(page.contains("aria-label=\"Curves: true positive rate by false positive rate\""));
        assertTrue(page.contains("<p>Macro-F1 0."));
    }

    @Test
    void anUnfinishedRunIsRefused() {
        RunRecord run = new RunRecord();
        assertThrows(
                IllegalArgumentException.class,
                () -> new HtmlReport(run, new HtmlReport.Trained(null, Optional.empty(), EvaluatedOn.TEST)));
    }

    @Test
    void ticksAreRound() {
        assertEquals(0.2, Ticks.step(1, 5), 1e-12);
        assertEquals(0.5, Ticks.step(2.3, 5), 1e-12);
        assertEquals(1, Ticks.decimals(0.2));
        assertEquals(0, Ticks.decimals(5));
        assertEquals("20k", Ticks.label(20_000, 0));
        assertEquals("1.5M", Ticks.label(1_500_000, 0));
    }
}
