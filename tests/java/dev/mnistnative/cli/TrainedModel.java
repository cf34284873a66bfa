package dev.mnistnative.cli;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.format.SavedModel;
import dev.mnistnative.net.ModelInfo;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;

/** A small net that knows digits, trained in a second or two. */
final class TrainedModel {
    private TrainedModel() {}

    static Path write(Path file) throws IOException {
        TrainingSettings settings = Preset.ARTICLE.settings().toBuilder()
                .layers(784, 64, 10)
                .batchSize(100)
                .epochs(3)
                .optimizer(new Adam(2e-3))
                .build();
        try (Dataset train = Mnist.train();
                Trainer trainer = Trainer.create(settings)) {
            trainer.fit(train);
            new SavedModel(trainer.parameters(), ModelInfo.NONE).write(file);
        }
        return file;
    }
}
