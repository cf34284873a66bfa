package dev.mnistnative.binding.load;

/** Why the native library could not be loaded: one sentence, and what to do about it. */
public final class LoadFailure extends Exception {
    private static final long serialVersionUID = 1;

    LoadFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
