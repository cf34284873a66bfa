package dev.mnistnative.report.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.EvaluatedOn;
import dev.mnistnative.net.Evaluation;
import dev.mnistnative.report.Runs;
import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.TrainingResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinesTest {
    /** Around a line that is drawn in place. */
    private static final String DRAW = "\033[?7l\r\033[K";

    private static final String DRAWN = "\033[?7h";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicLong clock = new AtomicLong();
    private final Screen screen = new Screen(new PrintWriter(out), new PrintWriter(err), true);

    @Test
    void anEpochsLineBeginsAsTheArticlesAndGoesOn() {
        EpochLines lines = new EpochLines(screen);
        lines.onStart(Runs.start(""));
        lines.onEpoch(Runs.epoch(0.265, 0.953125, 0.9265));
        lines.onStart(Runs.smoothed("", EvaluatedOn.VALIDATION));
        lines.onEpoch(Runs.epoch(0.265, 0.953125, 0.9265));
        assertEquals("""
                train_loss: 0.27 accuracy: 0.95 test_accuracy: 0.9265 seconds: 1.5 images/s: 1333
                train_loss: 0.27 accuracy: 0.95 train_objective: 0.53 validation_accuracy: 0.9265 seconds: 1.5 images/s: 1333
                """, out.toString());
    }

    @Test
    void anEpochsLineOfValuesHasTheirErrors() {
        EpochLines lines = new EpochLines(screen);
        lines.onStart(Runs.ofValues());
        lines.onEpoch(Runs.epochOfValues(0.8125, 0.78125));
        assertEquals(
                "train_loss: 1.23 mae: 0.81 test_mse: 0.0625 test_mae: 0.7812 seconds: 1.5 images/s: 1333\n",
                out.toString());
    }

    @Test
    void anEpochsLineWithoutTestSetAndWithoutLoss() {
        new EpochLines(screen).onEpoch(Runs.epoch(Double.NaN, 1));
        assertEquals("train_loss: nan accuracy: 1.0 seconds: 1.5 images/s: 1333\n", out.toString());
    }

    @Test
    void stepLinesComeEveryHundredStepsAcrossChunks() {
        StepLines lines = new StepLines(screen, 100);
        lines.onStart(Runs.start(""));
        lines.onSteps(Runs.steps(1, 99));
        lines.onSteps(Runs.steps(100, 1));
        lines.onSteps(Runs.steps(101, 150));
        assertEquals("""
            Epoch [1/2], Step [100/250], Loss: 0.1000
            Epoch [1/2], Step [200/250], Loss: 0.2000
            """, out.toString());
    }

    @Test
    void theLastStepLineCutsTheAccuracyOff() {
        StepLines lines = new StepLines(screen, 100);
        lines.onStart(Runs.start(""));
        var epoch = Runs.epoch(0.1, 0.9, 112 / 120.0);
        lines.onEnd(new TrainingResult(StopReason.COMPLETED, List.of(epoch), "", 3, Optional.empty()));
        assertEquals("Accuracy of the network on the 120 test images: 93 %\n", out.toString());
    }

    @Test
    void theStartNoteSaysWhyNotTheGpu() {
        new StartNote(screen).onStart(Runs.start("no CUDA in this build"));
        assertEquals(
                "training 4-3-2 on 2000 samples: cpu, avx2, 3 threads, float32 (device auto: no CUDA in this build)\n",
                err.toString());
    }

    @Test
    void quietDropsNotesButNotResults() {
        Screen quiet = new Screen(new PrintWriter(out), new PrintWriter(err), false);
        quiet.note("a note");
        quiet.result("a result");
        assertEquals("a result\n", out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void theBarIsWipedBeforeALineAndAtTheEnd() {
        ProgressBarReport bar = new ProgressBarReport(screen, false, 80, clock::get);
        bar.onStart(Runs.start(""));
        bar.onSteps(Runs.steps(1, 250));
        String drawn = err.toString();
        assertTrue(drawn.startsWith(DRAW + "epoch 1/2 ["), drawn);
        screen.result("line");
        assertEquals(drawn + "\r\033[K", err.toString());
        clock.addAndGet(1_000_000_000L); // else it is too early to draw again
        int before = err.toString().length();
        bar.onSteps(Runs.steps(1, 250));
        assertTrue(err.toString().substring(before).startsWith(DRAW + "epoch 1/2 ["), err.toString());
        bar.close();
        assertTrue(err.toString().endsWith("\r\033[K"), err.toString());
        assertEquals("line\n", out.toString());
    }

    /** A line that wraps is never wiped whole; terminals cut what is too long all the same. */
    @ParameterizedTest
    @CsvSource({"200, 79", "80, 79", "60, 59", "40, 39", "20, 19", "8, 7"})
    void theBarFitsIntoTheTerminal(int columns, int length) {
        ProgressBarReport bar = new ProgressBarReport(screen, false, columns, clock::get);
        bar.onStart(Runs.start(""));
        clock.set(3_000_000_000L);
        bar.onSteps(Runs.steps(1, 250));
        String line = err.toString();
        assertTrue(line.startsWith(DRAW + "epoch 1") && line.endsWith(DRAWN), line);
        assertEquals(length, line.length() - (DRAW + DRAWN).length(), line);
        assertEquals(columns >= 40, line.contains(" left"), line);
    }

    /** 250 of 500 steps of 8 samples in 3 s: as long again is left. */
    @Test
    void theBarShowsEpochLossAccuracySpeedAndTimeLeft() {
        ProgressBarReport bar = new ProgressBarReport(screen, false, 80, clock::get);
        bar.onStart(Runs.start(""));
        clock.set(3_000_000_000L);
        bar.onSteps(Runs.steps(1, 250));
        assertEquals(
                DRAW + "epoch 1/2 [######.......]  loss 0.126  accuracy 0.000  200k images/s  0:03 left" + DRAWN,
                err.toString());
        assertEquals(79, err.toString().length() - (DRAW + DRAWN).length());
    }

    @Test
    void blocksAndColoursWhereTheTerminalHasThem() {
        Screen coloured = new Screen(new PrintWriter(out), new PrintWriter(err), true, true);
        ProgressBarReport bar = new ProgressBarReport(coloured, true, 80, clock::get);
        bar.onStart(Runs.start(""));
        bar.onSteps(Runs.steps(1, 250));
        String drawn = err.toString();
        assertTrue(drawn.contains("\033[32m" + "\u2588".repeat(7) + "\033[m"), drawn);
        assertTrue(drawn.contains("\033[2m" + "\u2591".repeat(8) + "\033[m"), drawn);
    }

    @Test
    void theBarIsNotDrawnMoreOftenThanAnEyeCanSee() {
        ProgressBarReport bar = new ProgressBarReport(screen, false, 80, clock::get);
        bar.onStart(Runs.start(""));
        for (int step = 1; step <= 100; step++) {
            bar.onSteps(Runs.steps(step, 1));
            clock.addAndGet(10_000_000);
        }
        assertEquals(10, err.toString().split("\r").length - 1);
    }

    /** A run that goes on at step 201 of 500: 50 steps took 2 s, so that 250 take 10. */
    @Test
    void theTimeLeftOfARunThatGoesOnIsByItsOwnSteps() {
        RunProgress progress = new RunProgress(clock::get);
        progress.begin(Runs.start(""));
        clock.set(2_000_000_000L);
        progress.add(Runs.steps(201, 50));
        assertEquals(0.5, progress.share());
        assertEquals("0:10", progress.timeLeft());
        clock.set(2_000_000_000_000L);
        assertEquals("2:46:40", progress.timeLeft());
        assertEquals("1/2", progress.epoch());
        assertEquals("250/250", progress.step());
    }

    @Test
    void plainLinesComeEveryTenSeconds() {
        ProgressLines lines = new ProgressLines(screen, clock::get);
        lines.onStart(Runs.start(""));
        clock.set(9_999_999_999L);
        lines.onSteps(Runs.steps(1, 50));
        assertEquals("", err.toString());
        clock.set(10_000_000_000L);
        lines.onSteps(Runs.steps(51, 50));
        assertEquals("epoch 1/2, step 100/250, loss 0.076, accuracy 0.000, 40k images/s, 0:40 left\n", err.toString());
    }

    @Test
    void theSummaryTellsTimeAccuracyWhatRanWhyAndWhereThingsAre() {
        RunSummary summary = new RunSummary(screen);
        summary.onStart(Runs.smoothed("no CUDA in this build", EvaluatedOn.VALIDATION));
        summary.onEnd(new TrainingResult(
                StopReason.EARLY_STOPPING,
                List.of(Runs.epoch(0.1, 0.9, 0.92645)),
                "the test loss has not become better for 2 epochs",
                3.25,
                Optional.empty()));
        summary.evaluated(EvaluatedOn.TEST, new Evaluation(1.5, 1.5, 0.5, 10, Optional.empty()));
        summary.saved("weights", Path.of("w.safetensors"));
        summary.saved("report", null);
        summary.print();
        assertTrue(
                err.toString().matches("stopped early in \\d+\\.\\d\\d s: 1 epoch, 3\\.25 s of training\n(?s).*"),
                err.toString());
        assertEquals("""
                  the test loss has not become better for 2 epochs
                  validation   accuracy 92.65 %, loss 0.123457, objective 0.200000
                  test         accuracy 50.00 %, loss 1.500000
                  computed on  cpu, avx2, 3 threads, float32
                               no CUDA in this build
                  weights      w.safetensors
                """, err.toString().replaceFirst(".*\n", ""));
    }
}
