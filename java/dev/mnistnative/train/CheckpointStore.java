package dev.mnistnative.train;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where checkpoints lie: a folder, or whatever else keeps named files (an object store, Hadoop's FileSystem). All
 * methods are called by the thread that called {@link Trainer#fit}, also when it is interrupted. {@code toString} names
 * the store in messages.
 */
public interface CheckpointStore {
    /** What a file is to hold. */
    @FunctionalInterface
    interface Contents {
        /** Writes it all; may be called again if the first attempt failed. The stream is left open. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** Checkpoints as files in a folder, which is made if it is not there. One run at a time, across processes. */
    static CheckpointStore inFolder(Path folder) {
        return new FolderStore(folder);
    }

    /**
     * Takes the store for one run, until what is returned is closed; empty if another run has it.
     *
     * @throws IOException if the store cannot be used
     */
    Optional<Closeable> lock() throws IOException;

    /** Names of all files, in any order; names of others' files do no harm. */
    List<String> list() throws IOException;

    /** A file from its beginning, to be closed by the caller. */
    InputStream open(String name) throws IOException;

    /**
     * Writes a file whole or not at all, replacing one of that name: whoever lists or opens it, at any moment and after
     * any failure, finds the whole old or the whole new file.
     */
    void write(String name, Contents contents) throws IOException;

    /** Removes a file, if it is there. */
    void delete(String name) throws IOException;

    /** Where a file lies, for messages and events. */
    default String locate(String name) {
        return this + "/" + name;
    }
}
