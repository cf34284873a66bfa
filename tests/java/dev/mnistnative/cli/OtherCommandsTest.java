package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.CpuInfo;
import dev.mnistnative.MnistRuntime;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherCommandsTest {
    @TempDir
    Path folder;

    @Test
    void dataShowsTheArticlesLabels() {
        Cli cli = Cli.line("data --one-hot 2").succeeded();
        assertTrue(cli.out().contains("train images: shape [60000, 28, 28], uint8"), cli.out());
        assertTrue(cli.out().contains("test images: shape [10000, 28, 28], uint8"), cli.out());
        assertTrue(cli.lines().contains("     5: 5421"), cli.out());
        assertTrue(cli.lines().contains("first 10 labels: 5 0 4 1 9 2 1 3 1 4"), cli.out());
        assertTrue(cli.out().endsWith("shape [2, 10]\n[[0 0 0 0 0 1 0 0 0 0]\n [1 0 0 0 0 0 0 0 0 0]]\n"), cli.out());
    }

    @Test
    void dataShowsFiveRowsUnlessToldOtherwise() {
        assertTrue(Cli.line("data").succeeded().out().contains("one-hot matrix of the first 5 labels: shape [5, 10]"));
        assertTrue(Cli.line("data --one-hot 0").succeeded().out().endsWith("shape [0, 10]\n"));
    }

    @Test
    void dataShowsImages() {
        Cli cli = Cli.line("data --one-hot 0 --show 2").succeeded();
        assertTrue(cli.lines().contains("image 0, label 5:"), cli.out());
        assertTrue(cli.lines().contains("image 1, label 0:"), cli.out());
        assertTrue(
                cli.lines().stream()
                                .filter(line -> line.contains("\u2588\u2588"))
                                .count()
                        > 20,
                cli.out());
    }

    @Test
    void aShellCanCompleteTheCommands() {
        String script = Cli.line("generate-completion").succeeded().out();
        assertTrue(script.contains("--early-stopping") && script.contains("complete -F"), script);
    }

    @Test
    void devicesShowsTheProcessorAndTheGpusOrWhyNot() {
        String out = Cli.line("devices").succeeded().out();
        CpuInfo cpu = MnistRuntime.cpu();
        assertTrue(out.contains("cpu levels: " + String.join(" ", cpu.isaLevels()) + "\n"), out);
        assertTrue(out.contains("cpu level chosen: " + cpu.bestIsa() + "\n"), out);
        assertTrue(out.contains("cpu cores: " + cpu.cores() + "\n"), out);
        var gpus = MnistRuntime.gpus();
        String expected = gpus.list().isEmpty()
                ? "cuda is not used: " + gpus.reason()
                : "cuda:0: " + gpus.list().get(0).name();
        assertTrue(out.contains(expected), out);
    }

    /** A net whose logits are its two inputs, on four samples of which three are right. */
    @Test
    void evaluateCountsRightly() throws IOException {
        Path model = folder.resolve("identity.safetensors");
        new SavedModel(Parameters.of(Mlp.of(2, 2), new float[] {1, 0, 0, 1, 0, 0}), ModelInfo.NONE).write(model);
        Path table = Files.writeString(folder.resolve("t.csv"), "a,b,y\n5,1,0\n1,5,1\n5,1,1\n7,1,0\n");
        String words = "evaluate --model " + model + " --data " + table + " --label-column y --device cpu";
        Cli text = Cli.line(words).succeeded();
        assertTrue(text.out().startsWith("accuracy: 0.75 (3 of 4)\nloss: "), text.out());
        assertTrue(text.lines().contains("    0     0.6667  1.0000        2"), text.out());
        assertTrue(text.lines().contains("    1     1.0000  0.5000        2"), text.out());
        assertTrue(text.out().contains("\n 2 0\n 1 1\nmacro_f1: 0.7333\nmcc: 0.5774\nroc_auc: 0.8750 ("), text.out());
        assertTrue(text.out().endsWith("class      f1  roc_auc\n    0  0.8000   0.8750\n    1  0.6667   0.8750\n"));
        assertEquals("", text.err());
        Cli auto = Cli.line(words.replace("--device cpu", "--device auto")).succeeded();
        assertTrue(auto.err().matches("evaluating on (cpu|cuda:0) \\(device auto: .+\\)\n"), auto.err());
        Cli json = Cli.line(words + " --json").succeeded();
        assertEquals(1, json.lines().size());
        assertTrue(json.out().startsWith("{\"accuracy\":0.75,\"loss\":"), json.out());
        assertTrue(
                json.out().contains("{\"class\":1,\"precision\":1,\"recall\":0.5,\"samples\":2,\"f1\":0.666666667,"));
        assertTrue(json.out().contains("\"confusion_matrix\":[[2,0],[1,1]],\"macro_f1\":0.733333333,"), json.out());
        assertTrue(json.out().contains("\"roc_auc\":0.875,\"top_3_accuracy\":null,\"ece\":0.23"), json.out());
        assertTrue(Cli.line(words + " --limit 2").succeeded().out().startsWith("accuracy: 1.0 (2 of 2)"));
        Cli.line("evaluate --model " + model + " --device cpu").failed(ExitCode.USAGE, "784 features", "2-2");
    }
}
