package dev.mnistnative.spark;

import dev.mnistnative.format.SavedModel;
import dev.mnistnative.model.Model;
import dev.mnistnative.net.Placement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The native models of this JVM: the tasks that run a model at the same time share one, and the last to end frees it.
 */
final class NativeModels {
    private static final Map<Object, Shared> MODELS = new HashMap<>();

    private static final class Shared {
        private final Model model;
        private int users;

        private Shared(Model model) {
            this.model = model;
        }
    }

    private NativeModels() {}

    /** A model that {@link #release} must give back. */
    static Model acquire(Object key, Supplier<Model> made) {
        synchronized (MODELS) {
            Shared shared = MODELS.computeIfAbsent(key, none -> new Shared(made.get()));
            shared.users++;
            return shared.model;
        }
    }

    static void release(Object key) {
        synchronized (MODELS) {
            Shared shared = MODELS.get(key);
            shared.users--;
            if (shared.users == 0) {
                MODELS.remove(key);
                shared.model.close();
            }
        }
    }

    /** What a model's bytes hold. */
    static SavedModel saved(byte[] file) {
        try {
            return SavedModel.read(new ByteArrayInputStream(file), "the model");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A native model of a model's bytes, which the caller closes. */
    static Model make(byte[] file, Placement where) {
        SavedModel saved = saved(file);
        return Model.of(saved.parameters(), where, saved.info());
    }
}
