package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.model.Model;
import dev.mnistnative.net.InputRange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that PyTorch, skl2onnx and NumPy wrote (tests/golden/make_models.py) give the answers that PyTorch gives. */
class ForeignModelsTest {
    private static final float CLOSE = 2e-6f;
    private static final Map<String, List<float[]>> EXPECTED = expected();

    private static Path folder() {
        try {
            return Path.of(ForeignModelsTest.class.getResource("/models").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(folder().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, List<float[]>> expected() {
        Map<String, List<float[]>> expected = new LinkedHashMap<>();
        for (String line : lines("expected.csv")) {
            String[] cells = line.split(",");
            float[] logits = new float[cells.length - 2];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = Float.parseFloat(cells[i + 2]);
            }
            expected.computeIfAbsent(cells[0], file -> new ArrayList<>()).add(logits);
        }
        return expected;
    }

    private static List<String> files() {
        return List.copyOf(EXPECTED.keySet());
    }

    @ParameterizedTest
    @MethodSource("files")
    void answersAsInPyTorch(String file) throws IOException {
        List<String> inputs = lines("inputs.csv");
        try (Model model = Model.load(folder().resolve(file))) {
            assertEquals("12-7-5-3", model.net().toString());
            for (int i = 0; i < inputs.size(); i++) {
                String[] cells = inputs.get(i).split(",");
                byte[] pixels = new byte[cells.length];
                for (int f = 0; f < pixels.length; f++) {
                    pixels[f] = (byte) Integer.parseInt(cells[f]);
                }
                float[] logits = model.logits(model.info().preprocessing().apply(pixels));
                float close = file.equals("bytes.onnx") ? 255 * CLOSE : CLOSE; // 0 to 255 go in
                assertArrayEquals(EXPECTED.get(file).get(i), logits, close, file);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void streamsGiveTheSame(String file) throws IOException {
        Path path = folder().resolve(file);
        if (!file.equals("dynamo.onnx")) { // whose weights lie beside it
            try (InputStream in = Files.newInputStream(path)) {
                assertEquals(SavedModel.read(path), SavedModel.read(in, file));
            }
        }
    }

    private static String notes(String file) throws IOException {
        List<String> notes = new ArrayList<>();
        SavedModel.read(folder().resolve(file), notes::add);
        return String.join("\n", notes);
    }

    @Test
    void whatIsLeftOutAndAssumedIsTold() throws IOException {
        assertTrue(notes("fc.pth").contains("ReLU is assumed"), notes("fc.pth"));
        assertTrue(notes("data-parallel.pt").contains("num_batches_tracked I64 []"), notes("data-parallel.pt"));
        String checkpoint = notes("checkpoint.pt");
        assertTrue(checkpoint.contains("\"model_state_dict\""), checkpoint);
        assertTrue(checkpoint.contains("epoch, optimizer_state_dict, loss, best, ema"), checkpoint);
        assertTrue(notes("words.safetensors").contains("by their shapes: input, hidden, classifier"));
        assertTrue(notes("words.safetensors").contains("steps I64 [1]"));
        assertTrue(notes("softmax.onnx").contains("left out after the logits"), notes("softmax.onnx"));
        assertTrue(notes("argmax.onnx").contains("ArgMax"), notes("argmax.onnx"));
        assertEquals("", notes("default.onnx"));
    }

    @Test
    void scikitLearnsClassesAreKept() throws IOException {
        SavedModel model = SavedModel.read(folder().resolve("sklearn.onnx"));
        assertEquals(List.of("0", "10", "20"), model.info().classNames());
        assertTrue(notes("sklearn.onnx").contains("ZipMap"), notes("sklearn.onnx"));
    }

    @Test
    void arithmeticBeforeTheFirstLayerIsPreprocessing() throws IOException {
        var preprocessing =
                SavedModel.read(folder().resolve("normalised.onnx")).info().preprocessing();
        assertEquals(InputRange.BYTE, preprocessing.range());
        assertEquals(1 / 255.0, preprocessing.scaling().ofBytes(), 1e-9);
        var standardizer = preprocessing.standardizer().orElseThrow();
        assertTrue(Arrays.stream(standardizer.mean()).allMatch(mean -> Math.abs(mean - 0.1307) < 1e-6));
        assertTrue(Arrays.stream(standardizer.std()).allMatch(std -> Math.abs(std - 0.3081) < 1e-6));
    }
}
