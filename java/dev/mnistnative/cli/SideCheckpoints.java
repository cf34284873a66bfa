package dev.mnistnative.cli;

import dev.mnistnative.report.terminal.Screen;
import dev.mnistnative.train.CheckpointStore;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Checkpoints in a folder. If one cannot be written that is told once, those before it stay, and the run goes on: it
 * has its weights to save, and the disk may have room for the next.
 */
final class SideCheckpoints implements CheckpointStore {
    private final CheckpointStore folder;
    private final Screen screen;
    private boolean told;
    private boolean failed;

    SideCheckpoints(Path folder, Screen screen) {
        this.folder = CheckpointStore.inFolder(folder);
        this.screen = screen;
    }

    /** Whether the newest checkpoint is missing. */
    boolean hasFailed() {
        return failed;
    }

    @Override
    public void write(String name, Contents contents) {
        try {
            folder.write(name, contents);
            failed = false;
        } catch (IOException e) {
            failed = true;
            if (!told) {
                told = true;
                screen.warning("the checkpoint " + locate(name) + " cannot be written (" + Failures.ioSentence(e)
                        + "); those before it stay, and the run goes on");
            }
        }
    }

    @Override
    public void delete(String name) throws IOException {
        if (!failed) {
            folder.delete(name);
        }
    }

    @Override
    public Optional<Closeable> lock() throws IOException {
        return folder.lock();
    }

    @Override
    public List<String> list() throws IOException {
        return folder.list();
    }

    @Override
    public InputStream open(String name) throws IOException {
        return folder.open(name);
    }

    @Override
    public String locate(String name) {
        return folder.locate(name);
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
