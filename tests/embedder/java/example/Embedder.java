package example;

import dev.mnistnative.data.Dataset;
import dev.mnistnative.data.Mnist;
import dev.mnistnative.model.Model;
import dev.mnistnative.train.Adam;
import dev.mnistnative.train.Preset;
import dev.mnistnative.train.Trainer;
import dev.mnistnative.train.TrainingListener;
import dev.mnistnative.train.TrainingResult;
import dev.mnistnative.train.TrainingSettings;

/** Trains a little on MNIST with nothing but the published jars on the class path. */
public final class Embedder {
    private static final int TRAIN_SAMPLES = 6_400;

    private Embedder() {}

    public static void main(String[] args) {
        TrainingSettings settings = Preset.ARTICLE.settings().toBuilder()
                .optimizer(new Adam(1e-3))
                .epochs(3)
                .build();
        try (Dataset train = Mnist.train().limit(TRAIN_SAMPLES);
                Dataset test = Mnist.test();
                Trainer trainer = Trainer.create(settings)) {
            TrainingResult result = trainer.fit(train, test, new TrainingListener() {});
            double first = result.epochs().get(0).training().loss();
            double last = result.lastEpoch().training().loss();
            check(last < first, "the loss falls: " + first + " to " + last);
            try (Model model = trainer.model()) {
                double accuracy = model.evaluate(test).accuracy();
                check(accuracy > 0.8, "test accuracy " + accuracy + " is above 0.8");
            }
        }
        checkExports();
        checkAbsent("picocli.CommandLine", "org.bytedeco.cuda.global.cudart", "com.fasterxml.jackson.core.JsonFactory");
    }

    /** As a module: the exports are those of the library's own descriptor, and the binding is not among them. */
    private static void checkExports() {
        Module library = Trainer.class.getModule();
        check(!library.isNamed() || !library.getDescriptor().isAutomatic(), "the library's module has a descriptor");
        Module own = Embedder.class.getModule();
        if (own.isNamed()) {
            check(!library.isExported("dev.mnistnative.binding", own), "the binding is closed to a module");
        }
    }

    private static void checkAbsent(String... classNames) {
        for (String name : classNames) {
            try {
                Class.forName(name, false, Embedder.class.getClassLoader());
            } catch (ClassNotFoundException expected) {
                continue;
            }
            throw new AssertionError(name + " is on an embedder's class path");
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("does not hold: " + what);
        }
        System.out.println("embedder: " + what);
    }
}
