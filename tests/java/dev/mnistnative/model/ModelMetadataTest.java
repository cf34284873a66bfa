package dev.mnistnative.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mnistnative.data.DataFormatException;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Standardizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelMetadataTest {
    private static final Parameters NET = Parameters.initial(MlpShape.of(3, 2), 0);
    private static final Standardizer STANDARDIZER =
            Standardizer.of(new double[] {0.1, -2, 1e9}, new double[] {1, 0.3, 1e-3});

    @TempDir
    private Path folder;

    @Test
    void whatIsStoredWithAModelComesBack() throws IOException {
        Path file = folder.resolve("m.safetensors");
        ModelMetadata stored = new ModelMetadata(1.0 / 3, STANDARDIZER, List.of()).withClassNames("a,\"b\"\n]", "ß\\");
        Safetensors.writeParameters(file, NET, stored.toMap());
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
    void whatDoesNotFitIsRefusedWithTheFilesName() throws IOException {
        for (Map<String, String> wrong : List.of(
                Map.of("class_names", "[\"a\"]"),
                Map.of("class_names", "[1,2]"),
                Map.of("class_names", "a,b"),
                Map.of("class_names", "[\"a\",\"b\"],\"more\":[]"),
                Map.of("scale", "-1"),
                Map.of("scale", "much"),
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
