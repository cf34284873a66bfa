package dev.mnistnative.spark;

import dev.mnistnative.format.ModelFormat;
import dev.mnistnative.format.SavedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** A trained net as the bytes of a safetensors file: kept by models, sent to executors, stored in folders. */
public final class ModelFile implements Serializable {
    private static final long serialVersionUID = 1;
    private static final String PLACE = "data/model.safetensors";

    private final byte[] bytes; // null: none
    private transient SavedModel saved;
    private transient SparkContext sentBy;
    private transient Broadcast<byte[]> sent;

    ModelFile(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The net and what its numbers mean. */
    synchronized SavedModel saved() {
        if (saved == null) {
            saved = NativeModels.saved(bytes());
        }
        return saved;
    }

    byte[] bytes() {
        if (bytes == null) {
            throw new IllegalStateException("this model holds no net: fit an estimator, or load a model");
        }
        return bytes;
    }

    /** The bytes on all executors of the session, sent once. */
    synchronized Broadcast<byte[]> broadcast(SparkContext context) {
        if (sent == null || sentBy != context) {
            sent = JavaSparkContext.fromSparkContext(context).broadcast(bytes());
            sentBy = context;
        }
        return sent;
    }

    /** Writes it below a model's folder. */
    void store(String folder, Configuration configuration) {
        Path path = new Path(folder, PLACE);
        try (OutputStream out = path.getFileSystem(configuration).create(path, false)) {
            out.write(bytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the model cannot be written to " + path + ": " + e.getMessage(), e);
        }
    }

    static ModelFile load(String folder, Configuration configuration) {
        Path path = new Path(folder, PLACE);
        try (FSDataInputStream in = path.getFileSystem(configuration).open(path)) {
            InputStream stream = in;
            ModelFile file = new ModelFile(stream.readAllBytes());
            file.saved();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("the model cannot be read from " + path + ": " + e.getMessage(), e);
        }
    }

    /** Writes the net to a file of a format, whole or not at all where the file system can rename. */
    void export(String file, ModelFormat format, Configuration configuration) {
        Objects.requireNonNull(format, "format");
        Path path = new Path(file);
        Path unfinished = new Path(path.getParent(), "." + path.getName() + ".unfinished");
        try {
            FileSystem files = path.getFileSystem(configuration);
            try (OutputStream out = files.create(unfinished, true)) {
                saved().write(out, format);
            }
            files.delete(path, false);
            if (!files.rename(unfinished, path)) {
                throw new IOException("it could not be renamed from " + unfinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the model cannot be written to " + path + ": " + e.getMessage(), e);
        }
    }
}
