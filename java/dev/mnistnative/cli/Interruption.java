package dev.mnistnative.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGINT and SIGTERM into an orderly end: the JVM's shutdown cancels the work, waits until it has stopped (its
 * files closed), and ends with {@link ExitCode#INTERRUPTED} for either signal. {@link #close} says that it has.
 */
final class Interruption implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 20;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "interruption");
    private volatile Runnable cancel;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on there is something to stop. {@code cancel} asks it to stop soon; another thread calls it. */
    void cancels(Runnable work) {
        cancel = work;
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
            stopped.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
