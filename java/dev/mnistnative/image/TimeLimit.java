package dev.mnistnative.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;

/**
 * Ends a decoding that takes too long, at its next reading of the file or its next line of pixels. A small file can ask
 * for minutes of work, by many passes over a large picture.
 */
final class TimeLimit implements IIOReadProgressListener {
    private static final long NANOS = TimeUnit.SECONDS.toNanos(2);

    /** On a machine that has much else to do, work takes longer than it is long. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** No work is longer than it takes; a picture that is read within this time needs no clock for work. */
    private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final long begun = System.nanoTime();
    private WorkClock work;
    private volatile boolean over;

    boolean isOver() {
        return over;
    }

    private boolean check() {
        long taken = System.nanoTime() - begun;
        if (work == null && taken > AT_ONCE_NANOS) {
            work = new WorkClock();
        }
        over |= work != null && work.nanos() > NANOS - AT_ONCE_NANOS || taken > MOST_NANOS;
        return over;
    }

    /** What this thread has worked since this was made. */
    private static final class WorkClock {
        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private final boolean measured = threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
        private final long begun = now();

        private long now() {
            return measured ? threads.getCurrentThreadCpuTime() : System.nanoTime();
        }

        long nanos() {
            return now() - begun;
        }
    }

    /** The same bytes, until the time is over. */
    InputStream watch(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                require();
                return super.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                require();
                return super.read(bytes, offset, Math.min(length, PORTION));
            }

            private void require() throws IOException {
                if (check()) {
                    throw new IOException("the time is over");
                }
            }
        };
    }

    /** Small, so that the time is looked at often. */
    private static final int PORTION = 512;

    @Override
    public void imageProgress(ImageReader source, float percentage) {
        if (check()) {
            source.abort();
        }
    }

    @Override
    public void sequenceStarted(ImageReader source, int first) {}

    @Override
    public void sequenceComplete(ImageReader source) {}

    @Override
    public void imageStarted(ImageReader source, int index) {}

    @Override
    public void imageComplete(ImageReader source) {}

    @Override
    public void thumbnailStarted(ImageReader source, int index, int thumbnail) {}

    @Override
    public void thumbnailProgress(ImageReader source, float percentage) {}

    @Override
    public void thumbnailComplete(ImageReader source) {}

    @Override
    public void readAborted(ImageReader source) {}
}
