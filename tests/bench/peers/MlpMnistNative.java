import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Precision;
import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Ours, through the Java API: the article's preset, then inference from direct buffers. PRECISION: FLOAT32 or BF16. */
public final class MlpMnistNative {
    private static final int CLASSES = 10;
    private static final int ROWS = 1000; // in one call of inference

    public static void main(String[] args) {
        Precision precision = Precision.valueOf(Bench.env("PRECISION", "FLOAT32"));
        TrainingSettings settings = Preset.ARTICLE.settings().toBuilder()
                .epochs(Bench.EPOCHS)
                .batchSize(Bench.BATCH)
                .threads(Bench.THREADS)
                .precision(precision)
                .build();
        Bench bench = new Bench("mnist-native-" + precision.name().toLowerCase());
        try (Dataset train = data(true);
                Dataset test = data(false);
                Trainer trainer = Trainer.create(settings)) {
            trainer.fit(train, new TrainingListener() {
                @Override
                public void onEpoch(EpochEnded report) {
                    bench.epoch(report.training().loss(), report.training().lastBatchAccuracy());
                }
            });
            bench.finish();
            if (Bench.INFER) {
                try (Model model = trainer.model()) {
                    infer(bench, model, test);
                }
            }
        }
    }

    private static Dataset data(boolean train) {
        if (!Bench.DATA.equals("standardized")) {
            return train ? Mnist.train() : Mnist.test();
        }
        byte[] labels = Bench.labels(train);
        int[] classes = new int[labels.length];
        for (int i = 0; i < classes.length; i++) classes[i] = labels[i];
        return Dataset.ofFloats(Bench.images(train), Bench.PIXELS, classes);
    }

    private static void infer(Bench bench, Model model, Dataset test) {
        ByteBuffer pixels = test.pixels();
        FloatBuffer logits = floats(ROWS * CLASSES), one = floats(CLASSES);
        ByteBuffer image = ByteBuffer.allocateDirect(Bench.PIXELS).put(0, pixels, 0, Bench.PIXELS);
        bench.infer(
                () -> model.evaluate(test).accuracy(),
                () -> {
                    for (int i = 0; i < test.size() / ROWS; i++) {
                        model.logits(pixels.slice(i * ROWS * Bench.PIXELS, ROWS * Bench.PIXELS), test.scale(), logits);
                    }
                },
                () -> model.logits(image, test.scale(), one));
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
