package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.data.TestFiles;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import dev.mnistnative.net.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves is the same net: ONNX by running it in ONNX Runtime, npz by reading it back. */
class ExportTest {
    private static final float TOLERANCE = 1e-5f;
    private static final Map<String, String> METADATA = Map.of("ignore_index", "7");
    private static final ModelInfo NAMED = ModelInfo.NONE.withIgnoreIndex(7);

    @TempDir
    private Path folder;

    private static float[] pixels(int count, int features) {
        Random random = new Random(count);
        float[] pixels = new float[count * features];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat();
        }
        return pixels;
    }

    @ParameterizedTest
    @ValueSource(strings = {"784,312,256,10", "5,3", "7,13,1,4"})
    void onnxRuntimePredictsTheSame(String sizes) throws Exception {
        int[] layers =
                List.of(sizes.split(",")).stream().mapToInt(Integer::parseInt).toArray();
        Parameters parameters = Parameters.initial(Mlp.of(layers), 3);
        try (Model model = Model.of(parameters)) {
            for (int count : new int[] {1, 2, 33}) {
                float[] pixels = pixels(count, layers[0]);
                assertArrayEquals(model.logits(pixels), run(parameters, false, pixels), TOLERANCE);
                assertArrayEquals(model.probabilities(pixels), run(parameters, true, pixels), TOLERANCE);
            }
        }
    }

    private float[] run(Parameters parameters, boolean softmax, float[] pixels) throws IOException, OrtException {
        Path file = folder.resolve("model.onnx");
        new SavedModel(parameters, NAMED).write(file, softmax ? ModelFormat.ONNX_PROBABILITIES : ModelFormat.ONNX);
        Mlp shape = parameters.net();
        int count = pixels.length / shape.features();
        String output = softmax ? "probabilities" : "logits";
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file.toString());
                OnnxTensor input = OnnxTensor.createTensor(
                        environment, FloatBuffer.wrap(pixels), new long[] {count, shape.features()});
                OrtSession.Result result = session.run(Map.of("pixels", input))) {
            assertEquals(METADATA, session.getMetadata().getCustomMetadata());
            TensorInfo info = (TensorInfo) session.getOutputInfo().get(output).getInfo();
            assertArrayEquals(new long[] {-1, shape.classes()}, info.getShape());
            FloatBuffer values = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
            float[] copy = new float[values.remaining()];
            values.get(copy);
            return copy;
        }
    }

    @Test
    void npzHoldsTheStateDict() throws IOException {
        Parameters parameters = Parameters.initial(Mlp.of(7, 13, 4), 3);
        Path file = folder.resolve("model.npz");
        new SavedModel(parameters, ModelInfo.NONE).write(file);
        byte[] first = Files.readAllBytes(file);
        new SavedModel(parameters, ModelInfo.NONE).write(file);
        assertArrayEquals(first, Files.readAllBytes(file));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertEquals(
                    List.of(
                            "linear_relu_stack.0.weight.npy",
                            "linear_relu_stack.0.bias.npy",
                            "linear_relu_stack.2.weight.npy",
                            "linear_relu_stack.2.bias.npy",
                            "activation.npy"),
                    zip.stream().map(Object::toString).toList());
            Path weight = folder.resolve("weight.npy");
            Files.copy(zip.getInputStream(zip.getEntry("linear_relu_stack.2.weight.npy")), weight);
            try (Dataset rows = DataFiles.readImages(weight)) {
                assertEquals(4, rows.size());
                assertEquals(13, rows.features());
                for (int row = 0; row < 4; row++) {
                    for (int column = 0; column < 13; column++) {
                        assertEquals(parameters.weight(1)[row * 13 + column], rows.sample(row)[column]);
                    }
                }
            }
        }
    }

    @Test
    void npzHoldsTheMetadataAsArrays() throws IOException {
        Path file = folder.resolve("described.npz");
        ModelInfo info = new ModelInfo(
                Preprocessing.NONE
                        .withScaling(Scaling.bytes(0.5))
                        .withStandardizer(Standardizer.of(new double[] {1, -2}, new double[] {3, 0.25})),
                List.of("\u00df", "eins"),
                List.of("x", "yy"),
                -1,
                Task.CLASSES,
                List.of());
        new SavedModel(Parameters.initial(Mlp.of(2, 2), 3), info).write(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertArray(
                    zip,
                    "scale",
                    "'<f8', 'fortran_order': False, 'shape': ()",
                    TestFiles.doubles(ByteOrder.LITTLE_ENDIAN, 0.5));
            assertArray(zip, "scale_of", "'<U5', 'fortran_order': False, 'shape': ()", utf32("bytes"));
            assertArray(
                    zip,
                    "mean",
                    "'<f8', 'fortran_order': False, 'shape': (2,)",
                    TestFiles.doubles(ByteOrder.LITTLE_ENDIAN, 1, -2));
            assertArray(
                    zip,
                    "std",
                    "'<f8', 'fortran_order': False, 'shape': (2,)",
                    TestFiles.doubles(ByteOrder.LITTLE_ENDIAN, 3, 0.25));
            String names = "'<U4', 'fortran_order': False, 'shape': (2,)";
            assertArray(zip, "feature_names", "'<U2', 'fortran_order': False, 'shape': (2,)", utf32("x\0yy"));
            assertArray(zip, "ignore_index", "'<i8', 'fortran_order': False, 'shape': ()", longs(-1));
            assertArray(zip, "class_names", names, utf32("\u00df\0\0\0eins"));
        }
    }

    private static void assertArray(ZipFile zip, String name, String description, byte[] data) throws IOException {
        byte[] bytes = zip.getInputStream(zip.getEntry(name + ".npy")).readAllBytes();
        int header = bytes.length - data.length;
        assertEquals(0, header % 64);
        String text = new String(bytes, 0, header, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains("{'descr': " + description + ", }"), text);
        assertArrayEquals(data, Arrays.copyOfRange(bytes, header, bytes.length));
    }

    private static byte[] longs(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    private static byte[] utf32(String text) {
        return text.getBytes(Charset.forName("UTF-32LE"));
    }

    @Test
    void aFailedWriteLeavesNothing() throws IOException {
        SavedModel model = new SavedModel(Parameters.initial(Mlp.of(2, 2), 0), ModelInfo.NONE);
        Path below = folder.resolve("none").resolve("m.onnx");
        assertThrows(NoSuchFileException.class, () -> model.write(below));
        Path taken = Files.createDirectory(folder.resolve("taken.npz"));
        Files.createFile(taken.resolve("inside"));
        assertThrows(IOException.class, () -> model.write(taken));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(taken), files.toList());
        }
    }
}
