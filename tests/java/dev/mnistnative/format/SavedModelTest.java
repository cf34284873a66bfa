package dev.mnistnative.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.net.InputRange;
import dev.mnistnative.net.Mlp;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.net.Parameters;
import dev.mnistnative.net.Preprocessing;
import dev.mnistnative.net.Scaling;
import dev.mnistnative.net.Task;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The one door for nets: what goes out comes in again, by files and by streams. */
class SavedModelTest {
    private static final Parameters NET = Parameters.initial(Mlp.of(3, 4, 2), 0);
    private static final ModelInfo FULL = new ModelInfo(
            Preprocessing.NONE
                    .withScaling(Scaling.bytes(1.0 / 3))
                    .withStandardizer(Standardizer.of(new double[] {0.1, -2, 1e9}, new double[] {1, 0.3, 1e-3})),
            List.of("a,\"b\"\n]", "\u00df\\"),
            List.of("x", "", "\u20ac"),
            -1,
            Task.CLASSES,
            List.of());

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"m.safetensors", "m.onnx", "M.ONNX", "m.tar.safetensors", "m.npz"})
    void everythingComesBack(String name) throws IOException {
        Path file = folder.resolve(name);
        for (ModelInfo info : List.of(
                FULL,
                ModelInfo.NONE,
                ModelInfo.NONE.withTask(Task.VALUES),
                ModelInfo.NONE.withTask(Task.MULTI_LABEL).withTargetNames(List.of("hot, \"or\"", "cold")),
                ModelInfo.NONE.withPreprocessing(Preprocessing.NONE.withScaling(Scaling.all(1.0 / 3))),
                ModelInfo.NONE.withPreprocessing(
                        Preprocessing.NONE.withRange(InputRange.BYTE).withScaling(Scaling.all(1))),
                ModelInfo.NONE.withPreprocessing(Preprocessing.NONE.withRange(InputRange.OTHER)),
                ModelInfo.NONE.withPreprocessing(
                        Preprocessing.NONE.withRange(InputRange.UNIT).withScaling(Scaling.all(1.0 / 255))))) {
            SavedModel model = new SavedModel(NET, info);
            model.write(file);
            assertEquals(model, SavedModel.read(file));
            assertEquals(NET, SavedModel.readParameters(file));
        }
    }

    @Test
    void theTrainingSetsScaleComesBack() throws IOException {
        Path file = folder.resolve("bytes.safetensors");
        try (Dataset bytes = Dataset.ofBytes(new byte[3], 3, new int[] {0})) {
            new SavedModel(NET, ModelInfo.of(bytes)).write(file);
            assertEquals(ModelInfo.of(bytes), SavedModel.read(file).info());
        }
    }

    /** Files of before ranges were told have a scale at most. */
    @Test
    void theScaleTellsTheRangeWhereItIsNotTold() throws IOException {
        assertEquals(InputRange.BYTE, range(Map.of("scale", "0.5", "scale_of", "bytes")));
        assertEquals(InputRange.BYTE, range(Map.of("scale", "0.00392156862745098")));
        assertEquals(InputRange.BYTE, range(Map.of("scale", "0.00390625"))); // 1/256
        assertEquals(InputRange.UNKNOWN, range(Map.of("scale", "0.5")));
        assertEquals(InputRange.UNKNOWN, range(Map.of()));
        assertEquals(InputRange.UNIT, range(Map.of("scale", "1.0", "input_range", "0..1")));
        String ones = String.join(",", Collections.nCopies(64, "1"));
        String means = String.join(",", Collections.nCopies(64, "33.5"));
        Parameters wide = Parameters.initial(Mlp.of(64, 2), 0);
        Preprocessing old = read(wide, Map.of("mean", means, "std", ones)).preprocessing();
        assertEquals(InputRange.BYTE, old.range()); // means of pixels of 0 ... 255
        assertEquals(Scaling.all(1), old.scaling());
        assertEquals(
                InputRange.UNKNOWN,
                read(wide, Map.of("mean", ones, "std", ones)).preprocessing().range());
        String message = assertThrows(DataFormatException.class, () -> range(Map.of("input_range", "0..2")))
                .getMessage();
        assertTrue(message.contains("input_range is '0..2', but can only be one of [0..255, 0..1,"), message);
    }

    private InputRange range(Map<String, String> metadata) throws IOException {
        return read(NET, metadata).preprocessing().range();
    }

    private ModelInfo read(Parameters net, Map<String, String> metadata) throws IOException {
        Path file = folder.resolve("told.safetensors");
        Safetensors.write(file, new TensorFile(Safetensors.stateDict(net), metadata));
        return SavedModel.read(file).info();
    }

    @ParameterizedTest
    @EnumSource(ModelFormat.class)
    void aStreamGetsTheFilesBytesAndStaysOpen(ModelFormat format) throws IOException {
        Path file = folder.resolve("m");
        SavedModel model = new SavedModel(NET, FULL);
        model.write(file, format);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        model.write(unclosable(out), format);
        assertArrayEquals(Files.readAllBytes(file), out.toByteArray());
        assertEquals(model, SavedModel.read(unclosable(out.toByteArray()), "the stream"));
    }

    private static OutputStream unclosable(OutputStream out) {
        return new FilterOutputStream(out) {
            @Override
            public void close() {
                throw new AssertionError("it is the caller's to close");
            }
        };
    }

    private static InputStream unclosable(byte[] bytes) {
        return new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public void close() {
                throw new AssertionError("it is the caller's to close");
            }
        };
    }

    @Test
    void aDamagedStreamIsRefusedByItsName() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SavedModel(NET, FULL).write(out, ModelFormat.SAFETENSORS);
        byte[] whole = out.toByteArray();
        for (int length : new int[] {0, 7, 8, 100, whole.length - 1}) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            String message = assertThrows(
                            DataFormatException.class, () -> SavedModel.read(new ByteArrayInputStream(cut), "hdfs:m"))
                    .getMessage();
            assertTrue(message.startsWith("hdfs:m: "), message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"m", "m.bin", "onnx", "m.npz.gz"})
    void aNameWithoutAKnownEndingIsRefused(String name) {
        Path file = folder.resolve(name);
        SavedModel model = new SavedModel(NET, FULL);
        assertEquals(
                file + ": the name tells no format; end it in .safetensors, .onnx or .npz",
                assertThrows(IllegalArgumentException.class, () -> model.write(file))
                        .getMessage());
        assertTrue(Files.notExists(file));
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheFilesName() throws IOException {
        for (Map<String, String> wrong : List.of(
                Map.of("class_names", "[\"a\"]"),
                Map.of("class_names", "[1,2]"),
                Map.of("class_names", "a,b"),
                Map.of("class_names", "[\"a\",\"b\"],\"more\":[]"),
                Map.of("feature_names", "[\"a\"]"),
                Map.of("feature_names", "a"),
                Map.of("ignore_index", "one"),
                Map.of("task", "guess"),
                Map.of("task", "values", "target_names", "[\"a\"]"),
                Map.of("scale", "-1"),
                Map.of("scale", "much"),
                Map.of("scale", "1", "scale_of", "words"),
                Map.of("mean", "1,x,3", "std", "1,1,1"),
                Map.of("mean", "1,2", "std", "1,1"),
                Map.of("mean", "1,2,3", "std", "1,0,1"))) {
            Path file = folder.resolve("wrong.safetensors");
            Safetensors.write(file, new TensorFile(Safetensors.stateDict(NET), new HashMap<>(wrong)));
            String message = assertThrows(DataFormatException.class, () -> SavedModel.read(file), wrong::toString)
                    .getMessage();
            assertTrue(message.startsWith(file.toString()), message);
        }
    }
}
