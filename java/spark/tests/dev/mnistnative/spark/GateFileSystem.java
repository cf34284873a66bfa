package dev.mnistnative.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.sql.SparkSession;

/** This machine's files as {@code gate:///…}, whose making fails once after so many of them. */
public class GateFileSystem extends RawLocalFileSystem {
    private static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);

    /** Knows the scheme from now on. */
    static void register(SparkSession session) {
        session.sparkContext().hadoopConfiguration().set("fs.gate.impl", GateFileSystem.class.getName());
    }

    /** The next failure comes instead of the file after so many. */
    static void failAfter(int files) {
        LEFT.set(files);
    }

    /** Whether it came since. */
    static boolean hasFailed() {
        return LEFT.get() < 0;
    }

    @Override
    public URI getUri() {
        return URI.create("gate:///");
    }

    @Override
    public String getScheme() {
        return "gate";
    }

    @Override
    public FSDataOutputStream create(
            Path file, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        if (LEFT.getAndDecrement() == 0) {
            throw new IOException("the gate is shut");
        }
        return super.create(file, overwrite, bufferSize, replication, blockSize, progress);
    }

    /** Without a process for each file. */
    @Override
    public void setPermission(Path path, FsPermission permission) {}
}
