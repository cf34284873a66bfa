package dev.mnistnative.spark;

import dev.mnistnative.train.CheckpointStore;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * A shard's checkpoints in a folder of any of Hadoop's file systems. A file is written under another name and renamed:
 * where the file system renames in one step (HDFS, local ones) it appears whole or not at all.
 */
final class HadoopStore implements CheckpointStore {
    private final Path folder;
    private final Configuration hadoop;
    private final Set<String> written = new HashSet<>();
    private String from; // null: all are listed

    /** @param folder with its file system's scheme */
    HadoopStore(Path folder, Configuration hadoop) {
        this.folder = folder;
        this.hadoop = hadoop;
    }

    /** From now on lists this file alone, if it is not empty, and those that are written: newer ones are not common. */
    void beginFrom(String name) {
        from = name;
    }

    private FileSystem files() throws IOException {
        return folder.getFileSystem(hadoop);
    }

    /** Always: a task that Spark took for lost and is not writes the same bits. */
    @Override
    public Optional<Closeable> lock() throws IOException {
        files().mkdirs(folder);
        return Optional.of(() -> {});
    }

    @Override
    public List<String> list() throws IOException {
        List<String> names = new ArrayList<>();
        try {
            for (FileStatus file : files().listStatus(folder)) {
                String name = file.getPath().getName();
                if (from == null || name.equals(from) || written.contains(name)) {
                    names.add(name);
                }
            }
        } catch (FileNotFoundException e) {
            return List.of(); // the folder is not there yet
        }
        return names;
    }

    @Override
    public InputStream open(String name) throws IOException {
        InputStream in = files().open(new Path(folder, name));
        return in;
    }

    @Override
    public void write(String name, Contents contents) throws IOException {
        Path unfinished = new Path(folder, "." + name + "." + UUID.randomUUID());
        Path file = new Path(folder, name);
        try {
            try (OutputStream out = files().create(unfinished, true)) {
                contents.writeTo(out);
            }
            rename(unfinished, file);
        } catch (IOException | RuntimeException e) {
            files().delete(unfinished, false);
            throw e;
        }
        written.add(name);
    }

    private void rename(Path unfinished, Path file) throws IOException {
        try {
            FileContext.getFileContext(folder.toUri(), hadoop).rename(unfinished, file, Options.Rename.OVERWRITE);
        } catch (UnsupportedFileSystemException e) { // of others' file systems many have the older interface alone
            files().delete(file, false);
            if (!files().rename(unfinished, file)) {
                throw new IOException(unfinished + " could not be renamed to " + file, e);
            }
        }
    }

    @Override
    public void delete(String name) throws IOException {
        files().delete(new Path(folder, name), false);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
