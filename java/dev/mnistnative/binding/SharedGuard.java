package dev.mnistnative.binding;

import java.util.concurrent.atomic.AtomicInteger;

/** Lets any number of threads in at once and refuses use after close, and close while somebody is inside. */
final class SharedGuard implements Guard {
    private static final int CLOSED = -1;

    private final String what;
    private final AtomicInteger inside = new AtomicInteger();

    SharedGuard(String what) {
        this.what = what;
    }

    @Override
    public void enter() {
        int now;
        do {
            now = inside.get();
            if (now == CLOSED) {
                throw new IllegalStateException(what + " is closed");
            }
        } while (!inside.compareAndSet(now, now + 1));
    }

    @Override
    public void exit() {
        inside.decrementAndGet();
    }

    boolean isClosed() {
        return inside.get() == CLOSED;
    }

    @Override
    public boolean close() {
        if (inside.compareAndSet(0, CLOSED)) {
            return true;
        }
        if (isClosed()) {
            return false;
        }
        throw new IllegalStateException("the " + what + " cannot be closed while another thread is inside: close it "
                + "when those calls have returned");
    }
}
