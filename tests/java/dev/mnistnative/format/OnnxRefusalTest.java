package dev.mnistnative.format;

import dev.mnistnative.internal.ProtoMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs that are no such net, and why. */
class OnnxRefusalTest {
    @TempDir
    private Path folder;

    private void refused(HandmadeGraph graph, String why) throws IOException {
        graph.refused(folder, why);
    }

    private static HandmadeGraph constants() {
        return HandmadeGraph.withConstants();
    }

    @Test
    void whatIsNoSuchNetIsRefusedWithTheReason() throws IOException {
        Map<String, Integer> transposed = Map.of("transB", 1);
        refused(constants().node("Conv", "w0"), "a node Conv");
        refused(constants().node("Gemm", "w0", "b0").node("Softsign").node("Gemm", "w2", "b2"), "a node Softsign");
        refused(constants().node("Gemm", "w0", "b0").node("Relu"), "must end with the logits");
        refused(constants().node("Relu").node("Gemm", "w0", "b0"), "a Relu must follow a layer");
        refused(constants().node("Add", "b0"), "must end with the logits");
        refused(constants().node("Gemm", Map.of("transA", 1), "w0", "b0"), "turned wrongly");
        refused(constants().node("Gemm", "none", "b0"), "\"none\" is not there");
        refused(constants().node("Gemm", "w0", "w2"), "\"w2\" of Gemm has shape [2, 2], which is not one number");
        refused(constants().node("Gemm", "b0", "b0"), "weight \"b0\" of Gemm has shape [2]");
        refused(constants().node("Gemm", "w0", "b0").node("Relu").node("Gemm", "w0", "b0"), "the 2 outputs");
        refused(constants().node("Gemm", transposed, "v0", "b0").node("Softmax", Map.of("axis", 0)), "Softmax");
        refused(constants().node("Gemm", "w0", "b0").node("Relu").node("Flatten"), "must end with the logits");
        refused(constants(), "must end with the logits");
        refused(
                new HandmadeGraph()
                        .constant("i", HandmadeGraph.bytes(1, 2), 77, 1, 1)
                        .node("MatMul", "i"),
                "type 77");
        refused(
                new HandmadeGraph().floats("w", new float[3], 2, 2).node("MatMul", "w"),
                "\"w\": a tensor F32 [2, 2] takes 16");
        refused(
                new HandmadeGraph()
                        .constant("w", HandmadeGraph.bytes(), 1, 0, Integer.MAX_VALUE)
                        .node("MatMul", "w"),
                "shape [0, ");
        HandmadeGraph branched = constants().node("Gemm", "w0", "b0");
        ProtoMessage second = new ProtoMessage().text(OnnxField.NODE_INPUT, "x");
        branched.add(second, "Identity", Map.of());
        ProtoMessage sum = new ProtoMessage().text(OnnxField.NODE_INPUT, "x.Gemm");
        sum.text(OnnxField.NODE_INPUT, "x.Gemm.Identity");
        refused(branched.add(sum, "Add", Map.of()).node("Gemm", "w2", "b2"), "\"x\" goes to 2 nodes (");
        HandmadeGraph circle = constants();
        ProtoMessage back = new ProtoMessage().text(OnnxField.NODE_INPUT, "x").text(OnnxField.NODE_OUTPUT, "x");
        refused(circle.add(back, "Identity", Map.of()), "circle");
        HandmadeGraph.refusedFile(
                constants().node("Gemm", "w0", "b0").write(folder, "elsewhere"), "must be the output");
        HandmadeGraph two = constants();
        two.graph.message(OnnxField.GRAPH_INPUT, HandmadeGraph.named("y"));
        refused(two.node("Gemm", "w0", "b0"), "it has 2 inputs");
        HandmadeGraph.refusedFile(
                Files.write(folder.resolve("m.onnx"), new byte[] {8, 8, 0x3a, 9, 1, 2, 3, 4, 5}),
                "9 bytes, but only 5");
    }

    @Test
    void whatCannotBeSuchANetIsNamed() throws IOException {
        refused(
                constants()
                        .node("Gemm", "w0", "b0")
                        .node("Relu")
                        .node("MatMul", "w2")
                        .node("Relu"),
                "node Relu there");
        refused(constants().node("LayerNormalization", "w0").node("Gemm", "w0"), "a node LayerNormalization");
        HandmadeGraph doubled = constants();
        ProtoMessage twice = new ProtoMessage().text(OnnxField.NODE_INPUT, "x").text(OnnxField.NODE_INPUT, "x");
        refused(doubled.add(twice, "Mul", Map.of()).node("Gemm", "w0", "b0"), "takes the samples twice");
        refused(constants().node("Cast", Map.of("to", 7)).node("Gemm", "w0"), "whole numbers");
        HandmadeGraph large = constants().constant("size", longs(1 << 20, 1 << 10), OnnxField.INT64, 2);
        large.graph.message(
                OnnxField.GRAPH_NODE,
                new ProtoMessage()
                        .text(OnnxField.NODE_INPUT, "size")
                        .text(OnnxField.NODE_OUTPUT, "zeros")
                        .text(OnnxField.NODE_OP_TYPE, "ConstantOfShape"));
        refused(large.node("MatMul", "zeros"), "larger than its size bears out");
    }

    private static ByteBuffer longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return bytes;
    }
}
