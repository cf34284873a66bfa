package dev.mnistnative.binding;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps an object to one thread at a time and refuses its use after close. A thread may enter again what it is in
 * already (a listener that reads the parameters). Nobody ever waits: the second thread gets an exception.
 */
public final class ThreadGuard implements Guard {
    private final String what;
    private final AtomicReference<Thread> owner = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private int depth; // of the owner; touched by no other thread

    /** A guard of an object that is called so in messages, e.g. "trainer". */
    public ThreadGuard(String what) {
        this.what = what;
    }

    @Override
    public void enter() {
        if (!claim("use")) {
            throw new IllegalStateException(what + " is closed");
        }
        depth++;
    }

    @Override
    public void exit() {
        depth--;
        if (depth == 0) {
            owner.set(null);
        }
    }

    /** Whether this thread is inside. */
    public boolean isInside() {
        return owner.get() == Thread.currentThread();
    }

    /** Whether {@link #close()} has been done. */
    public boolean isClosed() {
        return closed.get();
    }

    @Override
    public boolean close() {
        if (isInside()) {
            throw new IllegalStateException("the " + what + " cannot be closed from inside its own call, e.g. by a "
                    + "listener: cancel it, and close it when the call has returned");
        }
        if (!claim("close")) {
            return false;
        }
        closed.set(true);
        owner.set(null);
        return true;
    }

    /** Makes this thread the owner; false if closed. */
    private boolean claim(String purpose) {
        Thread self = Thread.currentThread();
        if (owner.get() == self) {
            return true;
        }
        if (!closed.get() && !owner.compareAndSet(null, self)) {
            Thread other = owner.get();
            throw new IllegalStateException("thread \"" + self.getName() + "\" cannot " + purpose + " the " + what
                    + " while " + (other == null ? "another thread" : "thread \"" + other.getName() + "\"")
                    + " is inside: give each thread its own, or wait until that call has returned");
        }
        if (closed.get()) {
            owner.compareAndSet(self, null);
            return false;
        }
        return true;
    }
}
