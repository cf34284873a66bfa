package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mnistnative.model.Model;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ONNX that is written loads in old and new versions of ONNX Runtime and computes the same; -Ponnxruntime fetches
 * them (330 MB, which is why they are in no ordinary build). Each gets a process, for a JVM takes one of them.
 */
@EnabledIfSystemProperty(named = "onnxruntime.jars", matches = ".+")
class OnnxRuntimeVersionsTest {
    private static final Path JARS = Path.of(System.getProperty("onnxruntime.jars", ""));

    @TempDir
    private Path folder;

    @Test
    void everyVersionComputesTheSame() throws Exception {
        List<Path> jars;
        try (Stream<Path> files = Files.list(JARS)) {
            jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
        assertFalse(jars.isEmpty());
        for (Activation activation : Activation.all()) {
            Mlp net = Mlp.of(5, 7, 4, 3).withActivation(activation);
            Parameters parameters = Parameters.initial(net, 3);
            Path logits = folder.resolve(activation + ".onnx");
            Path probabilities = folder.resolve(activation + "-softmax.onnx");
            SavedModel written = new SavedModel(parameters, ModelInfo.NONE);
            written.write(logits, ModelFormat.ONNX);
            written.write(probabilities, ModelFormat.ONNX_PROBABILITIES);
            try (Model model = Model.of(parameters)) {
                float[] sample = {0.25f, -1, 2, 0.5f, 0};
                float[] expected = model.logits(sample);
                for (Path jar : jars) {
                    assertArrayEquals(expected, run(jar, logits, sample), 1e-6f, jar.toString());
                    assertArrayEquals(softmax(expected), run(jar, probabilities, sample), 1e-6f, jar.toString());
                }
            }
        }
    }

    private static float[] softmax(float[] logits) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        float[] probabilities = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = (float) (Math.exp(logits[i]) / sum);
        }
        return probabilities;
    }

    private float[] run(Path jar, Path model, float[] sample) throws IOException, InterruptedException {
        String classes = OnnxRuntimeProbe.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                jar + System.getProperty("path.separator") + classes,
                OnnxRuntimeProbe.class.getName(),
                model.toString()));
        for (float feature : sample) {
            command.add(String.valueOf(feature));
        }
        Path errors = folder.resolve("errors");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> jar + ": " + text(errors));
        String[] lines = out.strip().split("\\s+");
        float[] values = new float[lines.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(lines[i]);
        }
        return values;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
