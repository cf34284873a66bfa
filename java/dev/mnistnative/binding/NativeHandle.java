package dev.mnistnative.binding;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A native object behind its guard, freed exactly once: by {@link #close()}, or by the Cleaner when it was forgotten,
 * with a warning. Also keeps the memory that was lent to the native object until that is gone.
 */
final class NativeHandle<P extends Pointer> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.mnistnative.leaks");
    private static final Cleaner CLEANER = Cleaner.create();

    private final Guard guard;
    private final ToLongFunction<P> bytes;
    private final State<P> state;
    private final Cleaner.Cleanable cleanable;
    private volatile long nativeBytes;

    /** Must not refer to the handle, else that could never be found unreachable. */
    private static final class State<P extends Pointer> implements Runnable {
        private final String what;
        private final P pointer;
        private final ToIntFunction<P> destroy;
        private final Throwable origin;
        private Object lent;
        private boolean released;

        State(String what, P pointer, ToIntFunction<P> destroy) {
            this.what = what;
            this.pointer = pointer;
            this.destroy = destroy;
            this.origin = LOG.isDebugEnabled() ? new Throwable("it was created here") : null;
        }

        synchronized void release() {
            if (!released) {
                NativeStatus.check(destroy.applyAsInt(pointer));
                released = true;
                lent = null;
            }
        }

        synchronized void lend(Object memory) {
            lent = memory;
        }

        @Override
        public synchronized void run() {
            if (released) {
                return;
            }
            String hint = origin == null ? " (log dev.mnistnative.leaks at DEBUG to see where it was created)" : "";
            LOG.warn("A {} was never closed; its native memory is freed now{}", what, hint, origin);
            release();
        }
    }

    NativeHandle(String what, Guard guard, P pointer, ToLongFunction<P> bytes, ToIntFunction<P> destroy) {
        this.guard = guard;
        this.bytes = bytes;
        state = new State<>(what, pointer, destroy);
        cleanable = CLEANER.register(this, state);
        nativeBytes = bytes.applyAsLong(pointer);
    }

    /** Runs a function of the native library; the status it returns is an exception unless it is MN_OK. */
    void call(ToIntFunction<P> function) {
        within(pointer -> {
            NativeStatus.check(function.applyAsInt(pointer));
            return null;
        });
    }

    /** The one gate: what the body reads and writes belongs to this thread until it returns. */
    <R> R within(Function<P, R> body) {
        guard.enter();
        try {
            return body.apply(state.pointer);
        } finally {
            nativeBytes = bytes.applyAsLong(state.pointer);
            guard.exit();
            Reference.reachabilityFence(this);
        }
    }

    /** Keeps `memory` alive until the next lend() or the release. */
    void lend(Object memory) {
        state.lend(memory);
    }

    /** Bytes that the native object holds; 0 after close. From any thread, also during a call. */
    long nativeBytes() {
        return nativeBytes;
    }

    /**
     * Frees the native object; a second call does nothing.
     *
     * @throws IllegalStateException if a thread is inside; then nothing has changed
     */
    @Override
    public void close() {
        if (guard.close()) {
            state.release();
            cleanable.clean(); // does nothing but forget the registration
            nativeBytes = 0;
        }
    }
}
