package dev.mnistnative.binding;

import java.lang.ref.Cleaner;
import java.util.function.ToIntFunction;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A native object's handle, freed exactly once: by {@link #release()}, or by the Cleaner when its owner was forgotten,
 * with a warning. Also keeps the memory that was lent to the native object until that is gone.
 */
final class NativeHandle<P extends Pointer> {
    private static final Logger LOG = LoggerFactory.getLogger("dev.mnistnative.leaks");
    private static final Cleaner CLEANER = Cleaner.create();

    private final State<P> state;
    private final Cleaner.Cleanable cleanable;

    /** Must not refer to the owner, else that could never be found unreachable. */
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

    /** Watches over `pointer` on behalf of `owner`. */
    NativeHandle(Object owner, String what, P pointer, ToIntFunction<P> destroy) {
        state = new State<>(what, pointer, destroy);
        cleanable = CLEANER.register(owner, state);
    }

    P pointer() {
        return state.pointer;
    }

    /** Keeps `memory` alive until the next lend() or the release. */
    void lend(Object memory) {
        state.lend(memory);
    }

    void release() {
        state.release();
        cleanable.clean(); // does nothing but forget the registration
    }
}
