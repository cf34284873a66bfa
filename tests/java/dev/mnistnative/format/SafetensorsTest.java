package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.ElementType;
import dev.mnistnative.net.Activation;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    private static final Mlp SHAPE = Mlp.of(3, 4, 2);

    @TempDir
    private Path directory;

    private Path file(String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return raw(json.length, json, dataBytes);
    }

    private Path raw(long headerLength, byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .put(header);
        return Files.write(directory.resolve("m.safetensors"), bytes.array());
    }

    private static String refusal(Path path) {
        String message = assertThrows(DataFormatException.class, () -> SavedModel.readParameters(path))
                .getMessage();
        assertTrue(message.startsWith(path + ": "), message);
        return message;
    }

    @Test
    void whatIsWrittenIsReadBackBitForBit() throws IOException {
        Path path = directory.resolve("m.safetensors");
        float[] values = Parameters.initial(SHAPE, 7).values();
        values[0] = -0f;
        values[1] = Float.MIN_VALUE;
        Parameters written = Parameters.of(SHAPE, values);
        new SavedModel(Parameters.initial(SHAPE, 1), ModelInfo.NONE).write(path);
        Map<String, String> metadata = Safetensors.metadata(SHAPE, ModelInfo.NONE);
        metadata.put("note", "a \"quoted\"\n \\ line é");
        Safetensors.write(path, new TensorFile(Safetensors.stateDict(written), metadata));
        assertEquals(written, SavedModel.readParameters(path));
        TensorFile file = Safetensors.read(path);
        assertEquals(
                List.of(
                        "linear_relu_stack.0.weight",
                        "linear_relu_stack.0.bias",
                        "linear_relu_stack.2.weight",
                        "linear_relu_stack.2.bias"),
                new ArrayList<>(file.tensors().keySet()));
        assertEquals(
                List.of(4L, 3L),
                file.tensors().get("linear_relu_stack.0.weight").shape());
        assertEquals(Map.of("format", "pt", "activation", "relu", "note", "a \"quoted\"\n \\ line é"), file.metadata());
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(path), left.toList(), "nothing is left beside the file");
        }
    }

    @Test
    void theElementsAreAligned() throws IOException {
        Path path = directory.resolve("m.safetensors");
        new SavedModel(Parameters.initial(SHAPE, 0), ModelInfo.NONE).write(path);
        long header = ByteBuffer.wrap(Files.readAllBytes(path))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        assertEquals(0, header % 8);
    }

    @Test
    void aFailedWriteLeavesTheOldFile() throws IOException {
        Path missing = directory.resolve("no").resolve("m.safetensors");
        assertThrows(
                NoSuchFileException.class,
                () -> new SavedModel(Parameters.initial(SHAPE, 0), ModelInfo.NONE)
                        .write(missing, ModelFormat.SAFETENSORS));
        Path path = Files.createDirectories(
                        directory.resolve("full").resolve("m.safetensors").resolve("x"))
                .getParent();
        assertThrows(
                IOException.class,
                () -> new SavedModel(Parameters.initial(SHAPE, 0), ModelInfo.NONE)
                        .write(path, ModelFormat.SAFETENSORS));
        try (Stream<Path> left = Files.list(path.getParent())) {
            assertEquals(List.of(path), left.toList());
        }
    }

    @ParameterizedTest
    @CsvSource({"'',0,1", "net.,0,2", "a.b.,3,10", "linear_relu_stack.,2,11"})
    void namesWithAnyPrefixAndIncreasingNumbersAreRead(String prefix, int first, int second) throws IOException {
        Parameters wanted = Parameters.initial(SHAPE, 3);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(prefix + second + ".bias", Tensor.ofFloats(wanted.bias(1), 2));
        tensors.put(prefix + second + ".weight", Tensor.ofFloats(wanted.weight(1), 2, 4));
        tensors.put(prefix + first + ".bias", Tensor.ofFloats(wanted.bias(0), 4));
        tensors.put(prefix + first + ".weight", Tensor.ofFloats(wanted.weight(0), 4, 3));
        Path path = directory.resolve("m.safetensors");
        Safetensors.write(path, new TensorFile(tensors, Map.of()));
        assertEquals(wanted, SavedModel.readParameters(path));
    }

    @ParameterizedTest
    @CsvSource({"FLOAT16,3C00 BC00 0001 7BFF 8000 03FF", "BFLOAT16,3F80 BF80 0001 7F7F 8000 0040"})
    void halvesAreWidened(ElementType type, String bits) throws IOException {
        float[] f16 = {1, -1, 0x1p-24f, 65504, -0f, 0x3ffp-24f};
        float[] bf16 = {1, -1, 0x1p-133f, 0x1.fep127f, -0f, 0x1p-127f};
        String[] words = bits.split(" ");
        ByteBuffer data = ByteBuffer.allocate(words.length * 2).order(ByteOrder.LITTLE_ENDIAN);
        for (String word : words) {
            data.putShort((short) Integer.parseInt(word, 16));
        }
        Tensor tensor = new Tensor(type, List.of((long) words.length), data.flip());
        assertArrayEquals(type == ElementType.FLOAT16 ? f16 : bf16, tensor.toFloats());
    }

    @Test
    void aTensorOfAnyLengthIsWidened() {
        int count = 20_001;
        ByteBuffer data = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        float[] expected = new float[count];
        for (int i = 0; i < count; i++) {
            data.putShort((short) (0x3f80 + i % 128));
            expected[i] = 1 + i % 128 / 128f;
        }
        assertArrayEquals(expected, new Tensor(ElementType.BFLOAT16, List.of((long) count), data.flip()).toFloats());
    }

    /** All dtypes of the format's specification; a tensor of each is kept as it is. */
    @ParameterizedTest
    @CsvSource({
        "BOOL,1",
        "U8,1",
        "I8,1",
        "F8_E5M2,1",
        "F8_E4M3,1",
        "I16,2",
        "U16,2",
        "F16,2",
        "BF16,2",
        "I32,4",
        "U32,4",
        "F32,4",
        "F64,8",
        "I64,8",
        "U64,8"
    })
    void everyElementTypeIsKept(String dtype, int bytes) throws IOException {
        ElementType type = ElementType.ofSafetensors(dtype).orElseThrow();
        byte[] data = new byte[3 * bytes];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i + 1);
        }
        Path path = directory.resolve("t.safetensors");
        Tensor tensor = new Tensor(type, List.of(3L), ByteBuffer.wrap(data));
        Safetensors.write(path, new TensorFile(Map.of("x", tensor), Map.of()));
        assertTrue(Files.readString(path, StandardCharsets.ISO_8859_1).contains("\"dtype\":\"" + dtype + "\""));
        Tensor read = Safetensors.read(path).tensors().get("x");
        assertEquals(type, read.type());
        assertEquals(ByteBuffer.wrap(data), read.data());
        if (!type.isFloatingPoint()) {
            String message =
                    assertThrows(IllegalArgumentException.class, read::toFloats).getMessage();
            assertEquals("elements of type " + dtype + " are no weights: save them as F32", message);
        }
    }

    @Test
    void doublesAreNarrowed() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(0.1)
                .putDouble(-2);
        assertArrayEquals(new float[] {0.1f, -2}, new Tensor(ElementType.FLOAT64, List.of(2L), data.flip()).toFloats());
    }

    @Test
    void whatIsNoFloatIsRefused() throws IOException {
        String message = refusal(file(
                "{\"0.weight\":{\"dtype\":\"I32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
                        + "\"0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                8));
        assertTrue(message.contains("0.weight") && message.contains("I32"), message);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 100_000_001L, Long.MAX_VALUE, Long.MIN_VALUE})
    void aHeaderLengthThatIsALieIsRefused(long length) throws IOException {
        assertTrue(
                refusal(raw(length, "{}".getBytes(StandardCharsets.UTF_8), 0)).contains("header"));
    }

    @Test
    void tooShortAndMissingFilesAreTold() throws IOException {
        assertTrue(refusal(Files.write(directory.resolve("short"), new byte[7])).contains("7 bytes"));
        assertThrows(NoSuchFileException.class, () -> Safetensors.read(directory.resolve("missing")));
        assertTrue(refusal(directory).contains("a folder"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                " {}",
                "{",
                "{}}",
                "{\"a\":1}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}",
                "{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,0],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        + "\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
                "{\"__metadata__\":{\"a\":1},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"__metadata__\":[],\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":[[[[[[[[[[1]]]]]]]]]]}",
                "{\"a\\q\":1}",
                "{\"\\u12g4\":1}",
                "{\"a\":true}"
            })
    void aDamagedHeaderIsRefused(String header) throws IOException {
        refusal(file(header, 4));
    }

    @Test
    void badUtf8IsRefused() throws IOException {
        byte[] header = "{\"?\":1}".getBytes(StandardCharsets.UTF_8);
        header[2] = (byte) 0xff;
        assertTrue(refusal(raw(header.length, header, 0)).contains("UTF-8"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
                        + "\"0.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
                        + "\"b.0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
                        + "\"00.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[4,8]}}",
                "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
                        + "\"0.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
                        + "\"1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
                        + "\"1.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[16,20]}}",
                "{\"0.weight\":{\"dtype\":\"F32\",\"shape\":[0,1],\"data_offsets\":[0,0]},"
                        + "\"0.bias\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"
            })
    void tensorsThatAreNoNetAreRefused(String header) throws IOException {
        int data = 0;
        for (String end : header.split("data_offsets\":\\[\\d+,")) {
            data = Character.isDigit(end.charAt(0)) ? Integer.parseInt(end.split("]")[0]) : data;
        }
        refusal(file(header, data));
    }

    /** Any truncation of a good file is refused, cleanly. */
    @Test
    void everyTruncationIsRefused() throws IOException {
        Path path = directory.resolve("m.safetensors");
        new SavedModel(Parameters.initial(SHAPE, 0), ModelInfo.NONE).write(path);
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length < whole.length; length++) {
            refusal(Files.write(path, java.util.Arrays.copyOf(whole, length)));
        }
        refusal(Files.write(path, java.util.Arrays.copyOf(whole, whole.length + 1)));
    }

    @Test
    void theActivationsComeBackAndAbsentOnesAreRelu() throws IOException {
        Path file = directory.resolve("activation.safetensors");
        Parameters parameters = Parameters.initial(SHAPE, 1);
        new SavedModel(parameters, ModelInfo.NONE).write(file);
        TensorFile written = Safetensors.read(file);
        assertEquals("relu", written.metadata().get("activation"));
        assertEquals(parameters, SavedModel.readParameters(file));
        for (String text : List.of("relu", "")) {
            Map<String, String> metadata = text.isEmpty() ? Map.of() : Map.of("activation", text);
            Safetensors.write(file, new TensorFile(written.tensors(), metadata));
            assertEquals(parameters, SavedModel.readParameters(file));
        }
        new SavedModel(Parameters.initial(Mlp.of(3, 2), 0), ModelInfo.NONE).write(file);
        assertFalse(Safetensors.read(file).metadata().containsKey("activation"));
    }

    @Test
    void everyActivationComesBackWithItsParameter() throws IOException {
        List<Activation> all = new ArrayList<>(Activation.all());
        all.addAll(List.of(Activation.leakyRelu(-0.2), Activation.elu(1.0 / 3)));
        List<Integer> sizes = new ArrayList<>(Collections.nCopies(all.size() + 2, 3));
        SavedModel written = new SavedModel(Parameters.initial(new Mlp(sizes, all, 0, 0), 1), ModelInfo.NONE);
        for (String name : List.of("all.safetensors", "all.npz")) {
            Path file = directory.resolve(name);
            written.write(file, ModelFormat.forWriting(file));
            assertEquals(written, SavedModel.read(file));
        }
    }

    @Test
    void unknownActivationsAreRefusedWithFileAndValue() throws IOException {
        Path file = directory.resolve("unknown.safetensors");
        Map<String, Tensor> tensors = Safetensors.stateDict(Parameters.initial(SHAPE, 1));
        for (String wrong : List.of("none such", "", "relu,", "RELU")) {
            Safetensors.write(file, new TensorFile(tensors, Map.of("activation", wrong)));
            String message = assertThrows(DataFormatException.class, () -> SavedModel.read(file))
                    .getMessage();
            assertTrue(message.startsWith(file + ": activation \""), message);
            assertTrue(message.contains("is none of relu"), message);
        }
        Safetensors.write(file, new TensorFile(tensors, Map.of("activation", "relu,relu")));
        String message = assertThrows(DataFormatException.class, () -> SavedModel.read(file))
                .getMessage();
        assertTrue(message.contains("activations: there are 2"), message);
    }
}
