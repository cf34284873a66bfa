package dev.mnistnative.fuzz;

import dev.mnistnative.DataFormatException;
import dev.mnistnative.data.CsvOptions;
import dev.mnistnative.data.DataFiles;
import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.ReadOptions;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.format.TorchProbe;
import dev.mnistnative.train.CheckpointProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What reads a file of foreign bytes: it takes it or refuses it with a {@link DataFormatException}, and nothing else.
 */
enum Parser {
    NPY {
        @Override
        void read(Path file) throws IOException {
            use(() -> DataFiles.readImages(file));
            use(() -> DataFiles.read(file, file));
        }
    },
    NPZ {
        @Override
        void read(Path file) throws IOException {
            use(() -> DataFiles.readImages(file));
            use(() -> DataFiles.readFolder(file).training());
            useModel(file);
        }
    },
    IDX {
        @Override
        void read(Path file) throws IOException {
            use(() -> DataFiles.readImages(file));
            use(() -> DataFiles.read(file, file));
        }
    },
    CSV {
        @Override
        void read(Path file) throws IOException {
            use(() -> DataFiles.readImages(file));
            use(() -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("y")));
            use(() -> DataFiles.read(
                    file, ReadOptions.DEFAULT.withLabelColumn("y").withClassNames(List.of("a", "1"))));
            use(() -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("-1")));
            use(() -> DataFiles.read(file, ReadOptions.DEFAULT.withLabelColumn("0,1")));
            use(() -> DataFiles.readImages(
                    file,
                    ReadOptions.DEFAULT
                            .withFeatureNames(List.of("a", "b"))
                            .withCsv(CsvOptions.DEFAULT.withDropColumns(List.of("0")))));
        }
    },
    SAFETENSORS {
        @Override
        void read(Path file) throws IOException {
            useModel(file);
        }
    },
    CHECKPOINT {
        @Override
        void read(Path file) throws IOException {
            try {
                CheckpointProbe.readUnderARightChecksum(file);
            } catch (DataFormatException refused) {
                check(refused);
            }
        }
    },
    ONNX {
        @Override
        void read(Path file) throws IOException {
            useModel(file);
        }
    },
    PT {
        @Override
        void read(Path file) throws IOException {
            useModel(file);
            try {
                TorchProbe.readAsPickleOfAnArchive(file);
            } catch (DataFormatException refused) {
                check(refused);
            }
        }
    };

    /** Reads the file in every way that leads to this parser. */
    abstract void read(Path file) throws IOException;

    String folder() {
        return name().toLowerCase(Locale.ROOT);
    }

    private interface Reading {
        Dataset read() throws IOException;
    }

    private static void use(Reading reading) throws IOException {
        try (Dataset samples = reading.read()) {
            samples.sample(samples.size() - 1);
        } catch (DataFormatException refused) {
            check(refused);
        }
    }

    private static void useModel(Path file) throws IOException {
        try {
            SavedModel model = SavedModel.read(file);
            if (model.parameters().values().length != model.parameters().net().parameterCount()) {
                throw new AssertionError("a net of another size");
            }
        } catch (DataFormatException refused) {
            check(refused);
        }
    }

    private static void check(DataFormatException refused) {
        if (refused.getMessage() == null || !refused.getMessage().contains(ParserFuzz.FILE_NAME)) {
            throw new AssertionError("a refusal that does not name the file", refused);
        }
    }
}
