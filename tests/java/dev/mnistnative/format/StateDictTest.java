package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.ElementType;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** State dicts of others, as safetensors: names, order, what is besides, and numbers that are none. */
class StateDictTest {
    private static final Parameters NET = Parameters.initial(Mlp.of(6, 5, 4, 3), 1);

    @TempDir
    private Path folder;

    private final List<String> notes = new ArrayList<>();

    /** The net's tensors under these layers' names, in the alphabet's order, as the usual writer has them. */
    private static Map<String, Tensor> named(Parameters net, String... layers) {
        Map<String, Tensor> tensors = new TreeMap<>();
        for (int l = 0; l < layers.length; l++) {
            Mlp shape = net.net();
            tensors.put(layers[l] + ".weight", Tensor.ofFloats(net.weight(l), shape.fanOut(l), shape.fanIn(l)));
            tensors.put(layers[l] + ".bias", Tensor.ofFloats(net.bias(l), shape.fanOut(l)));
        }
        return tensors;
    }

    private SavedModel read(Map<String, Tensor> tensors) throws IOException {
        return read(tensors, Map.of());
    }

    private SavedModel read(Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        Path file = folder.resolve("m.safetensors");
        Safetensors.write(file, new TensorFile(tensors, metadata));
        notes.clear();
        return SavedModel.read(file, notes::add);
    }

    private String refusal(Map<String, Tensor> tensors) {
        String message =
                assertThrows(DataFormatException.class, () -> read(tensors)).getMessage();
        assertTrue(message.startsWith(folder.resolve("m.safetensors") + ": "), message);
        return message;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fc1 fc2 fc3",
                "0 2 10",
                "module.net.0 module.net.2 module.net.4",
                "model.layers.9.linear model.layers.10.linear model.layers.11.linear",
                "input hidden classifier",
                "hidden1 hidden2 head",
                "z.a y.b x.c"
            })
    void anyNamesAreRead(String names) throws IOException {
        assertEquals(NET, read(named(NET, names.split(" "))).parameters());
    }

    @Test
    void equalShapesAreOrderedByNumber() throws IOException {
        Parameters square = Parameters.initial(Mlp.of(4, 4, 4, 4, 3), 2);
        assertEquals(square, read(named(square, "h2", "h9", "h10", "out")).parameters());
        String message = refusal(named(square, "b", "a", "c", "out"));
        assertTrue(message.contains("in more than one order"), message);
        Map<String, Tensor> inFileOrder = new LinkedHashMap<>();
        for (String layer : List.of("b", "a", "c", "out")) {
            Map<String, Tensor> sorted = named(square, "b", "a", "c", "out");
            inFileOrder.put(layer + ".weight", sorted.get(layer + ".weight"));
            inFileOrder.put(layer + ".bias", sorted.get(layer + ".bias"));
        }
        assertEquals(square, read(inFileOrder).parameters());
    }

    @Test
    void whatIsBesidesIsLeftOutWithANote() throws IOException {
        Map<String, Tensor> tensors = named(NET, "fc1", "fc2", "fc3");
        tensors.put("num_batches_tracked", new Tensor(ElementType.INT64, List.of(), ByteBuffer.allocate(8)));
        tensors.put("criterion.weight", Tensor.ofFloats(new float[3], 3));
        tensors.put("mask", Tensor.ofFloats(new float[4], 2, 2));
        assertEquals(NET, read(tensors).parameters());
        String note = String.join("\n", notes);
        assertTrue(note.contains("criterion.weight F32 [3], mask F32 [2, 2], num_batches_tracked I64 []"), note);
    }

    @Test
    void anActivationThatIsNotToldIsSaid() throws IOException {
        Map<String, Tensor> tensors = named(NET, "fc1", "fc2", "fc3");
        read(tensors);
        assertEquals(List.of("the file does not say what stands between its layers: ReLU is assumed"), notes);
        read(tensors, Map.of("activation", "relu"));
        assertEquals(List.of(), notes);
        read(named(Parameters.initial(Mlp.of(3, 2), 1), "fc"));
        assertEquals(List.of(), notes);
    }

    @Test
    void noBiasIsZeros() throws IOException {
        Map<String, Tensor> tensors = named(NET, "fc1", "fc2", "fc3");
        tensors.remove("fc2.bias");
        Parameters read = read(tensors).parameters();
        assertArrayEquals(new float[4], read.bias(1));
        assertArrayEquals(NET.bias(2), read.bias(2));
    }

    @Test
    void weightsThatStandTheOtherWayAreTurned() throws IOException {
        Map<String, Tensor> tensors = named(NET, "fc1", "fc2", "fc3");
        for (int l = 0; l < 3; l++) {
            int in = NET.net().fanIn(l);
            int out = NET.net().fanOut(l);
            tensors.put(
                    "fc" + (l + 1) + ".weight", Tensor.ofFloats(Tensor.transposed(NET.weight(l), out, in), in, out));
        }
        assertEquals(NET, read(tensors).parameters());
        assertTrue(notes.contains("its weights were taken as [inputs, outputs], as their shapes are"));
    }

    @Test
    void otherLayersAreNamed() {
        Map<String, Tensor> normalised = named(NET, "fc1", "fc2", "fc3");
        normalised.put("bn.running_mean", Tensor.ofFloats(new float[5], 5));
        assertTrue(refusal(normalised).contains("\"bn.running_mean\" is of a batch normalisation"));
        Map<String, Tensor> convolution = named(NET, "fc1", "fc2", "fc3");
        convolution.put("conv.weight", Tensor.ofFloats(new float[9], 1, 1, 3, 3));
        assertTrue(refusal(convolution).contains("\"conv.weight\" has shape [1, 1, 3, 3]"));
        Map<String, Tensor> layerNorm = named(NET, "fc1", "fc2", "fc3");
        layerNorm.put("ln.weight", Tensor.ofFloats(new float[5], 5));
        layerNorm.put("ln.bias", Tensor.ofFloats(new float[5], 5));
        assertTrue(refusal(layerNorm).contains("\"ln.weight\" has shape [5]"));
        Map<String, Tensor> alone = named(NET, "fc1", "fc2", "fc3");
        alone.remove("fc2.weight");
        assertTrue(refusal(alone).contains("\"fc2.bias\" stands without the weight"));
        Map<String, Tensor> two = named(NET, "fc1", "fc2", "fc3");
        named(NET, "ema1", "ema2", "ema3").forEach(two::put);
        assertTrue(refusal(two).contains("does not take the"), refusal(two));
        assertTrue(refusal(Map.of("x", Tensor.ofFloats(new float[1], 1))).contains("none of its tensors"));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void weightsThatAreNoNumbersAreRefusedInSafetensors(float wrong) {
        Map<String, Tensor> tensors = named(NET, "fc1", "fc2", "fc3");
        float[] weight = NET.weight(1);
        weight[3 * 5 + 2] = wrong;
        tensors.put("fc2.weight", Tensor.ofFloats(weight, 4, 5));
        String message = refusal(tensors);
        assertTrue(message.contains("\"fc2.weight\" holds " + wrong + " at [3, 2]"), message);
        float[] bias = NET.bias(1);
        bias[1] = wrong;
        Map<String, Tensor> biases = named(NET, "fc1", "fc2", "fc3");
        biases.put("fc2.bias", Tensor.ofFloats(bias, 4));
        assertTrue(refusal(biases).contains("\"fc2.bias\" holds " + wrong + " at [1]"));
    }

    /** In whatever format they come; a value too large for float32 is none either. */
    @ParameterizedTest
    @EnumSource(ModelFormat.class)
    void weightsThatAreNoNumbersAreRefused(ModelFormat format) throws IOException {
        float[] values = NET.values();
        values[NET.net().weightOffset(1) + 7] = Float.NaN;
        Path file = folder.resolve("nan");
        new SavedModel(Parameters.of(NET.net(), values), ModelInfo.NONE).write(file, format);
        String message = assertThrows(DataFormatException.class, () -> SavedModel.read(file))
                .getMessage();
        assertTrue(message.contains("\"linear_relu_stack.2.weight\" holds NaN at [1, 2]"), message);
        assertThrows(DataFormatException.class, () -> SavedModel.readParameters(file));
        assertTrue(Files.exists(file));
    }

    @Test
    void ourOwnNpzComesBack() throws IOException {
        ModelInfo info = ModelInfo.NONE
                .withClassNames("ä", "b", "c\"")
                .withFeatureNames(List.of("1", "2", "3", "4", "5", "6"))
                .withIgnoreIndex(-7);
        SavedModel model = new SavedModel(NET, info);
        Path file = folder.resolve("m.npz");
        model.write(file);
        assertEquals(model, SavedModel.read(file, notes::add));
        assertEquals(List.of(), notes);
    }
}
