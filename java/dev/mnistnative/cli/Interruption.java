package dev.mnistnative.cli;

import dev.mnistnative.train.EpochEnded;
import dev.mnistnative.train.StepsDone;
import dev.mnistnative.train.TrainingListener;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGINT and SIGTERM into an orderly end: the JVM's shutdown cancels the work, waits until it has stopped (its
 * files closed), and ends with {@link ExitCode#INTERRUPTED} for either signal. {@link #close} says that it has.
 */
final class Interruption implements AutoCloseable {
    /** Work that gives no sign of life for so long is given up, unless it always takes so long from one to the next. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static final int LONGER_THAN_EVER = 3;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "interruption");
    private volatile Runnable cancel;
    private volatile long longestNanos;
    private long lastSign; // of the thread that works

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on there is something to stop. {@code cancel} asks it to stop soon; another thread calls it. */
    void cancels(Runnable work) {
        lastSign = System.nanoTime();
        cancel = work;
    }

    /**
     * A step was done, or what else cannot be broken off: that is how long one has to wait for the next. From any
     * thread.
     */
    synchronized void isAlive() {
        long now = System.nanoTime();
        longestNanos = Math.max(longestNanos, now - lastSign);
        lastSign = now;
    }

    /** Of the steps and epochs of a run. */
    TrainingListener signsOfLife() {
        return new TrainingListener() {
            @Override
            public void onSteps(StepsDone event) {
                isAlive();
            }

            @Override
            public void onEpoch(EpochEnded event) {
                isAlive();
            }
        };
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // the hook is at work: it ends the process
        }
    }

    private void stop() {
        if (cancel != null) {
            cancel.run();
            await();
        }
        // exit() would wait for this very hook, and the JVM's own exit code for SIGTERM is another
        Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
    }

    private void await() {
        try {
            stopped.await(Math.max(PATIENCE_NANOS, LONGER_THAN_EVER * longestNanos), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
