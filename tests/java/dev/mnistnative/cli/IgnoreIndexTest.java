package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples that count for nothing count for nothing everywhere; the model keeps which they are. */
class IgnoreIndexTest {
    private static final int SAMPLES = 200;

    @TempDir
    static Path folder;

    private static String data;
    private static Path model;
    private static byte[] labels;

    @BeforeAll
    static void write() throws IOException {
        labels = new byte[SAMPLES];
        try (Dataset test = Mnist.test()) {
            Digits.UINT8.write(folder, "digits", test, SAMPLES);
            for (int i = 0; i < SAMPLES; i++) {
                labels[i] = (byte) (test.label(i) > 5 ? 255 : test.label(i));
            }
        }
        Path ignoring = Digits.writeLabels(folder.resolve("ignoring.npy"), labels);
        data = " --images " + Digits.UINT8.samples(folder, "digits") + " --labels " + ignoring;
        model = folder.resolve("m.safetensors");
        Cli.line("train --layers 784,10 --epochs 2 --lr 1e-3 --batch-size 20 --ignore-index 255 --quiet --device cpu"
                        + " --save " + model + data)
                .succeeded();
    }

    @Test
    void evaluateTakesTheModels() throws IOException {
        assertEquals(255, SavedModel.read(model).info().ignoreIndex());
        JsonNode report = report("--model " + model);
        int counted = 0;
        int right = 0;
        double loss = 0;
        try (Model net = Model.load(model);
                Dataset test = Mnist.test()) {
            for (int i = 0; i < SAMPLES; i++) {
                byte[] pixels = new byte[test.features()];
                test.pixels(i, 1).get(pixels);
                if (labels[i] != (byte) 255) {
                    counted++;
                    right += net.predict(pixels) == labels[i] ? 1 : 0;
                    loss -= Math.log(net.probabilities(pixels)[labels[i]]);
                }
            }
        }
        assertEquals(right / (double) counted, report.get("accuracy").asDouble(), 1e-9);
        assertEquals(loss / counted, report.get("loss").asDouble(), 1e-5);
    }

    /** A model that does not know it, e.g. one of PyTorch. */
    @Test
    void evaluateAndDataAreTold() throws IOException {
        Path bare = folder.resolve("bare.safetensors");
        SavedModel known = SavedModel.read(model);
        new SavedModel(known.parameters(), known.info().withIgnoreIndex(Dataset.DEFAULT_IGNORE_INDEX)).write(bare);
        Cli.line("evaluate --device cpu --model " + bare + data)
                .failed(ExitCode.USAGE, "is 255, but labels are whole numbers 0 … 9", "--ignore-index");
        assertEquals(report("--model " + model), report("--ignore-index 255 --model " + bare));
        Cli.line("data" + data).succeeded(); // 256 classes, as far as it knows
        String shown = Cli.line("data --ignore-index 255" + data).succeeded().out();
        assertTrue(shown.contains("int32, 6 classes"), shown);
    }

    private static JsonNode report(String options) throws IOException {
        return new ObjectMapper()
                .readTree(Cli.line("evaluate --json --device cpu " + options + data)
                        .succeeded()
                        .out());
    }
}
