package dev.mnistnative.train;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * File work in a thread that may be interrupted: its channels close under it, but the checkpoint of a run that is cut
 * is worth most just then. The thread stays interrupted.
 */
final class Uninterrupted {
    private Uninterrupted() {}

    /** What can be done again from its beginning. */
    interface Work<T> {
        T run() throws IOException;
    }

    static <T> T run(Work<T> work) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return work.run();
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
