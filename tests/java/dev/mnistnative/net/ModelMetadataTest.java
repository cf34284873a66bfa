package dev.mnistnative.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import dev.mnistnative.format.MetadataCodec;
import dev.mnistnative.format.Safetensors;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelMetadataTest {
    private static final Parameters NET = Parameters.initial(Mlp.of(3, 2), 0);
    private static final Standardizer STANDARDIZER =
            Standardizer.of(new double[] {0.1, -2, 1e9}, new double[] {1, 0.3, 1e-3});

    @TempDir
    private Path folder;

    @Test
    void whatIsStoredWithAModelComesBack() throws IOException {
        Path file = folder.resolve("m.safetensors");
        ModelMetadata stored = ModelMetadata.NONE
                .withScale(1.0 / 3)
                .withStandardizer(STANDARDIZER)
                .withClassNames("a,\"b\"\n]", "ß\\");
        Safetensors.writeParameters(file, NET, MetadataCodec.encode(stored));
        try (Model model = Model.load(file)) {
            ModelMetadata read = model.metadata();
            assertEquals(1.0 / 3, read.scale());
            assertEquals(List.of("a,\"b\"\n]", "ß\\"), read.classNames());
            assertArrayEquals(STANDARDIZER.mean(), read.standardizer().mean());
            assertArrayEquals(STANDARDIZER.std(), read.standardizer().std());
        }
        Safetensors.writeParameters(file, NET);
        try (Model model = Model.load(file)) {
            assertEquals(ModelMetadata.NONE, model.metadata());
        }
    }

    @Test
    void oneSampleIsStandardisedAsADataSetIs() {
        float[] values = {1, 2, 3, -4, 0.5f, 1e9f};
        try (Dataset data = Dataset.ofFloats(values, 3, new int[] {0, 1});
                Dataset standardized = STANDARDIZER.apply(data)) {
            float[] rows = STANDARDIZER.apply(values);
            for (int f = 0; f < 3; f++) {
                assertEquals(standardized.sample(0)[f], rows[f]);
                assertEquals(standardized.sample(1)[f], rows[3 + f]);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> STANDARDIZER.apply(new float[4]));
    }

    @Test
    void samplesArePreparedAsTheTrainingSetWas() throws IOException {
        byte[] pixels = {0, 51, (byte) 255};
        float[] values = {0, 0.2f, 1};
        Standardizer centred = Standardizer.of(new double[] {1, 1, 1}, new double[] {2, 2, 2});
        try (Dataset bytes = Dataset.ofBytes(pixels, 3, new int[] {0});
                Dataset floats = Dataset.ofFloats(values, 3, new int[] {0})) {
            ModelMetadata ofBytes = ModelMetadata.of(bytes).withStandardizer(centred);
            assertEquals(Dataset.UNIT_SCALE, ofBytes.scale());
            assertArrayEquals(new float[] {-0.5f, -0.4f, 0}, prepared(ofBytes, bytes), 1e-7f);
            assertArrayEquals(new float[] {-0.5f, -0.4f, 0}, prepared(ofBytes, floats), 1e-7f); // scaled already
            assertArrayEquals(values, prepared(ModelMetadata.of(bytes), bytes), 1e-7f);
            assertEquals(ModelMetadata.NONE, ModelMetadata.of(floats));
            ModelMetadata ofAll = ModelMetadata.NONE.withScale(0.5);
            assertArrayEquals(new float[] {0, 25.5f, 127.5f}, prepared(ofAll, bytes));
            assertArrayEquals(new float[] {0, 0.1f, 0.5f}, prepared(ofAll, floats), 1e-7f);
            Path file = folder.resolve("bytes.safetensors");
            new SavedModel(NET, ModelMetadata.of(bytes)).writeSafetensors(file);
            assertEquals(ModelMetadata.of(bytes), SavedModel.read(file).metadata());
        }
    }

    private static float[] prepared(ModelMetadata metadata, Dataset samples) {
        return metadata.prepare(samples).sample(0);
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheFilesName() throws IOException {
        for (Map<String, String> wrong : List.of(
                Map.of("class_names", "[\"a\"]"),
                Map.of("class_names", "[1,2]"),
                Map.of("class_names", "a,b"),
                Map.of("class_names", "[\"a\",\"b\"],\"more\":[]"),
                Map.of("scale", "-1"),
                Map.of("scale", "much"),
                Map.of("scale", "1", "scale_of", "words"),
                Map.of("mean", "1,x,3", "std", "1,1,1"),
                Map.of("mean", "1,2", "std", "1,1"),
                Map.of("mean", "1,2,3", "std", "1,0,1"))) {
            Path file = folder.resolve("wrong.safetensors");
            Safetensors.writeParameters(file, NET, wrong);
            String message = assertThrows(DataFormatException.class, () -> Model.load(file), wrong::toString)
                    .getMessage();
            assertTrue(message.startsWith(file.toString()), message);
        }
    }
}
