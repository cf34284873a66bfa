package dev.mnistnative.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.train.StopReason;
import dev.mnistnative.train.TrainingResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class LinesTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Screen screen = new Screen(new PrintWriter(out), new PrintWriter(err), true);

    @Test
    void anEpochsLineBeginsAsTheArticlesAndGoesOn() {
        new EpochLines(screen, "test").onEpoch(Runs.epoch(0.265, 0.953125, OptionalDouble.of(0.9265)));
        assertEquals(
                "train_loss: 0.27 accuracy: 0.95 test_accuracy: 0.9265 seconds: 1.5 images/s: 1333\n", out.toString());
    }

    @Test
    void anEpochsLineWithoutTestSetAndWithoutLoss() {
        new EpochLines(screen, "test").onEpoch(Runs.epoch(Double.NaN, 1, OptionalDouble.empty()));
        assertEquals("train_loss: nan accuracy: 1.0 seconds: 1.5 images/s: 1333\n", out.toString());
    }

    @Test
    void stepLinesComeEveryHundredStepsAcrossChunks() {
        StepLines lines = new StepLines(screen, "test");
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
        StepLines lines = new StepLines(screen, "test");
        lines.onStart(Runs.start(""));
        var epoch = Runs.epoch(0.1, 0.9, OptionalDouble.of(112 / 120.0));
        lines.onEnd(new TrainingResult(StopReason.COMPLETED, List.of(epoch), "", 3));
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
        try (ProgressBarReport bar = new ProgressBarReport(screen)) {
            bar.onStart(Runs.start(""));
            bar.onSteps(Runs.steps(1, 250));
            screen.status("drawn");
            screen.result("line");
        }
        String drawn = err.toString();
        assertTrue(drawn.contains("drawn\r\033[K"), drawn);
        assertTrue(drawn.contains("50%") && drawn.contains("epoch 1/2, loss 0.25"), drawn);
        assertTrue(drawn.endsWith("\r\033[K"), drawn);
        assertEquals("line\n", out.toString());
    }
}
