package dev.mnistnative.train;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a folder to one run, across processes: a lock on the file {@code .lock} in it, which the system drops when its
 * process ends, however that happens. The file itself stays, for whoever deleted it could take it from under another.
 * Where the file system has no locks, a run goes on without and says so.
 */
final class FolderLock implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);

    private static final String NAME = ".lock";

    /** The folders this process has: closing a second channel to a locked file would drop the process's lock. */
    private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

    private static final Set<FileChannel> KEPT = ConcurrentHashMap.newKeySet();

    /** Takes a file's lock; null if another process has it. */
    @FunctionalInterface
    interface Locking {
        FileLock lock(FileChannel file) throws IOException;
    }

    private final Path folder;
    private FileChannel channel;

    private FolderLock(Path folder) {
        this.folder = folder;
    }

    /**
     * Takes the folder, which is there; null if another run has it.
     *
     * @throws IOException if the folder cannot be written to
     */
    static FolderLock take(Path folder) throws IOException {
        return take(folder, FileChannel::tryLock);
    }

    /** @param locking what locks the file */
    static FolderLock take(Path folder, Locking locking) throws IOException {
        FolderLock lock = new FolderLock(folder.toRealPath());
        if (!TAKEN.add(lock.folder)) {
            return null;
        }
        boolean taken = false;
        try {
            taken = lock.acquire(locking);
        } finally {
            if (!taken) {
                lock.close();
            }
        }
        return taken ? lock : null;
    }

    private boolean acquire(Locking locking) throws IOException {
        channel = FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock held = locking.lock(channel);
            return held != null;
        } catch (ClosedChannelException e) {
            throw e; // the thread is interrupted
        } catch (IOException e) {
            // ENOLCK, ENOSYS: Lustre and some network file systems have none
            LOG.warn(
                    "The folder {} cannot be locked ({}): see to it that no other run uses it meanwhile.",
                    folder,
                    e.getMessage());
            return true;
        } catch (OverlappingFileLockException e) {
            // Another class loader's. Closing this channel would drop that lock too: POSIX locks are the process's.
            KEPT.add(channel);
            channel = null;
            return false;
        }
    }

    /** Closing the channel drops the lock. */
    @Override
    public void close() throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            TAKEN.remove(folder);
        }
    }
}
