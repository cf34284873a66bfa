package dev.mnistnative.spark;

import java.util.function.BiFunction;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;
import scala.Option;

/**
 * A model on disk: Spark's {@code metadata/} with the parameters, and {@code data/model.safetensors} with the net,
 * which PyTorch's users and the library open as it is.
 */
final class ModelFolder {
    private ModelFolder() {}

    /** Writes a model. */
    static final class Writer extends MLWriter {
        private final Params model;
        private final ModelFile file;

        Writer(Params model, ModelFile file) {
            this.model = model;
            this.file = file;
        }

        @Override
        @SuppressWarnings("deprecation") // the way that all versions have
        public void saveImpl(String path) {
            DefaultParamsWriter$.MODULE$.saveMetadata(model, path, sc(), Option.empty(), Option.empty());
            file.store(path, sc().hadoopConfiguration());
        }
    }

    /**
     * Reads a model.
     *
     * @param <M> its class
     */
    static final class Reader<M extends Params> extends MLReader<M> {
        private final Class<M> type;
        private final BiFunction<String, ModelFile, M> made;

        /** @param made of a uid and a net */
        Reader(Class<M> type, BiFunction<String, ModelFile, M> made) {
            this.type = type;
            this.made = made;
        }

        @Override
        @SuppressWarnings("deprecation") // the way that all versions have
        public M load(String path) {
            DefaultParamsReader.Metadata metadata =
                    DefaultParamsReader$.MODULE$.loadMetadata(path, sc(), type.getName());
            M model = made.apply(metadata.uid(), ModelFile.load(path, sc().hadoopConfiguration()));
            metadata.getAndSetParams(model, Option.empty());
            return model;
        }
    }
}
