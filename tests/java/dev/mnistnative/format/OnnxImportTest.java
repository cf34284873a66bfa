package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.mnistnative.data.Standardizer;
import dev.mnistnative.internal.ProtoMessage;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nets that come as ONNX: our own, and others' ways to say the same. */
class OnnxImportTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"784,312,256,10", "5,3", "7,13,1,4"})
    void whatWasWrittenComesBackBitForBit(String sizes) throws IOException {
        int[] layers =
                Arrays.stream(sizes.split(",")).mapToInt(Integer::parseInt).toArray();
        Parameters parameters = Parameters.initial(Mlp.of(layers), 3);
        ModelInfo info = ModelInfo.NONE.withPreprocessing(Preprocessing.NONE
                .withScaling(Scaling.all(0.5))
                .withStandardizer(Standardizer.of(new double[layers[0]], ones(layers[0]))));
        Path file = folder.resolve("m.onnx");
        for (boolean softmax : new boolean[] {false, true}) {
            SavedModel written = new SavedModel(parameters, info);
            written.write(file, softmax ? ModelFormat.ONNX_PROBABILITIES : ModelFormat.ONNX);
            assertEquals(written, SavedModel.read(file));
        }
        try (Model model = Model.load(file);
                Model same = Model.of(parameters)) {
            float[] pixels = new float[layers[0]];
            Arrays.fill(pixels, 0.3f);
            assertArrayEquals(same.logits(pixels), model.logits(pixels));
        }
    }

    @Test
    void everyActivationComesBack() throws IOException {
        Path file = folder.resolve("m.onnx");
        for (Activation activation : Activation.all()) {
            Mlp net = Mlp.of(5, 4, 3, 2).withActivation(activation);
            SavedModel written = new SavedModel(Parameters.initial(net, 3), ModelInfo.NONE);
            written.write(file, ModelFormat.ONNX);
            assertEquals(written, SavedModel.read(file));
        }
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private Parameters read(HandmadeGraph graph) throws IOException {
        return graph.read(folder);
    }

    @Test
    void othersSayTheSameInOtherWays() throws IOException {
        assertEquals(
                HandmadeGraph.NET,
                read(HandmadeGraph.withConstants()
                        .node("Flatten", Map.of("axis", 1))
                        .node("MatMul", "w0")
                        .node("Add", "b0")
                        .node("Relu")
                        .node("Dropout")
                        .node("Gemm", Map.of("transB", 1), "v2", "b2")
                        .node("LogSoftmax", Map.of("axis", 1))));
        assertEquals(
                HandmadeGraph.NET,
                read(HandmadeGraph.withConstants()
                        .node("Identity")
                        .node("Gemm", "w0", "b0")
                        .node("Relu")
                        .node("Gemm", Map.of("transB", 0, "transA", 0), "w2", "b2")));
        // the bias first, and none at all
        HandmadeGraph graph = HandmadeGraph.withConstants().node("MatMul", "w0");
        ProtoMessage add = new ProtoMessage().text(OnnxField.NODE_INPUT, "b0").text(OnnxField.NODE_INPUT, graph.last);
        Parameters read = read(graph.add(add, "Add", Map.of()).node("Relu").node("MatMul", "w2"));
        assertArrayEquals(HandmadeGraph.NET.bias(0), read.bias(0));
        assertArrayEquals(HandmadeGraph.NET.weight(1), read.weight(1));
        assertArrayEquals(new float[2], read.bias(1));
    }

    @Test
    void constantsMayBeOfOtherTypesAndKinds() throws IOException {
        ByteBuffer doubles = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : HandmadeGraph.NET.weight(0)) {
            doubles.putDouble(value);
        }
        ProtoMessage packed = new ProtoMessage()
                .bytes(OnnxField.TENSOR_DIMS, new byte[] {2, 2})
                .number(OnnxField.TENSOR_DATA_TYPE, OnnxField.FLOAT)
                .bytes(OnnxField.TENSOR_FLOAT_DATA, HandmadeGraph.bytes(HandmadeGraph.NET.weight(1)));
        HandmadeGraph graph = HandmadeGraph.withConstants().constant("d0", doubles.flip(), OnnxField.DOUBLE, 2, 3);
        graph.graph.message(
                OnnxField.GRAPH_INPUT, HandmadeGraph.named("b0")); // a constant with a default, as older files have
        graph.graph.message(
                OnnxField.GRAPH_NODE,
                new ProtoMessage()
                        .text(OnnxField.NODE_OUTPUT, "c2")
                        .text(OnnxField.NODE_OP_TYPE, "Constant")
                        .message(
                                OnnxField.NODE_ATTRIBUTE,
                                new ProtoMessage()
                                        .text(OnnxField.ATTRIBUTE_NAME, "value")
                                        .message(OnnxField.ATTRIBUTE_T, packed)));
        assertEquals(
                HandmadeGraph.NET,
                read(graph.node("Gemm", Map.of("transB", 1), "d0", "b0")
                        .node("Relu")
                        .node("Gemm", Map.of("transB", 1), "c2", "b2")));
    }

    @Test
    void arithmeticBetweenLayersBecomesPartOfThem() throws IOException {
        Map<String, Integer> turned = Map.of("transA", 1, "transB", 1);
        HandmadeGraph scaled = HandmadeGraph.withConstants()
                .floats("two", new float[] {2}, 1)
                .floats("half", new float[] {0.5f})
                .floats("b0half", new float[] {0.25f, -0.25f}, 2);
        assertEquals(
                HandmadeGraph.NET, // (x · w / 2 + b / 2) · 2, and what comes out of the activation doubled, then halved
                read(scaled.node("MatMul", "w0")
                        .node("Div", "two")
                        .node("Add", "b0half")
                        .node("Mul", "two")
                        .node("Relu")
                        .node("Mul", "two")
                        .node("Div", "two")
                        .node("Gemm", "w2", "b2")
                        .node("Neg")
                        .node("Mul", "half")
                        .node("Div", "half")
                        .node("Neg")));
        Parameters inColumns = read(HandmadeGraph.withConstants()
                .node("Transpose")
                .node("Gemm", turned, "v0", "b0")
                .node("Max", "zero")
                .floats("zero", new float[] {0})
                .node("Gemm", "w2", "b2")
                .node("Softmax"));
        assertEquals(HandmadeGraph.NET, inColumns);
        Parameters merged =
                read(HandmadeGraph.withConstants().node("Gemm", "w0", "b0").node("Gemm", "w2", "b2"));
        assertEquals(Mlp.of(3, 2), merged.net());
        assertArrayEquals(new float[] {7 + 32, 14 + 40, 21 + 48, 9 + 40, 18 + 50, 27 + 60}, merged.weight(0));
        assertArrayEquals(new float[] {3.5f - 4 + 0.25f, 4.5f - 5 - 0.25f}, merged.bias(0));
    }

    @Test
    void anExportInTrainingModeIsReadAsForInference() throws IOException {
        HandmadeGraph graph = HandmadeGraph.withConstants()
                .floats("ratio", new float[] {0.5f})
                .constant("true", ByteBuffer.wrap(new byte[] {1}), OnnxField.BOOL)
                .floats("ones", new float[] {1, 1}, 2)
                .floats("zeros", new float[2], 2)
                .floats("variance", new float[] {1 - 1e-5f, 1 - 1e-5f}, 2);
        graph.node("Gemm", "w0", "b0")
                .node("BatchNormalization", Map.of("training_mode", 1), "ones", "zeros", "zeros", "variance")
                .node("Relu")
                .node("Dropout", "ratio", "true")
                .node("Gemm", "w2", "b2");
        List<String> notes = new ArrayList<>();
        Parameters read = SavedModel.read(graph.write(folder), notes::add).parameters();
        assertArrayEquals(HandmadeGraph.NET.values(), read.values(), 1e-5f);
        assertEquals(2, notes.size(), notes.toString());
    }

    @Test
    void aSigmoidOfOneOutputIsTwoClasses() throws IOException {
        HandmadeGraph graph = HandmadeGraph.withConstants()
                .floats("w1", new float[] {3, 4}, 2, 1)
                .floats("b1", new float[] {5}, 1);
        Parameters read = read(graph.node("Gemm", "w0", "b0")
                .node("Relu")
                .node("Gemm", "w1", "b1")
                .node("Sigmoid"));
        assertArrayEquals(new float[] {0, 0, 3, 4}, read.weight(1));
        assertArrayEquals(new float[] {0, 5}, read.bias(1));
    }

    @Test
    void aSafetensorsFileIsNotTakenForOnnx() throws IOException {
        Path file = folder.resolve("m.safetensors");
        for (int length = 0; length < 600; length++) {
            Safetensors.write(
                    file, new TensorFile(Safetensors.stateDict(HandmadeGraph.NET), Map.of("note", "x".repeat(length))));
            assertFalse(Onnx.matches(Arrays.copyOf(Files.readAllBytes(file), Onnx.HEAD_BYTES)));
        }
        for (int length : new int[] {0x1a08, 0x3a0208, 0x120a08}) { // whose bytes are those of a model's fields
            byte[] head = new byte[Onnx.HEAD_BYTES];
            ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{');
            assertFalse(Onnx.matches(head));
        }
        assertEquals(List.of(HandmadeGraph.NET), List.of(SavedModel.read(file).parameters()));
    }
}
