package dev.mnistnative;

import java.util.Objects;

/**
 * A failure that the caller could not have ruled out by better arguments: memory, device, platform, a defect of this
 * library. Wrong arguments are {@link IllegalArgumentException}s, use after close is an {@link IllegalStateException}.
 */
public class MnistNativeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it was. */
    public enum Status {
        /** Host or device memory ran out; the object stays usable. */
        OUT_OF_MEMORY,
        /** Not possible on this machine or in this build; the message says why. */
        UNSUPPORTED,
        /** The GPU failed; the trainer can only be closed. */
        DEVICE_ERROR,
        /** Another thread is inside the object. */
        BUSY,
        /** A loss was not finite. {@code Trainer.fit} returns this as a reason instead of throwing it. */
        DIVERGED,
        /** A defect of this library. */
        INTERNAL,
        /** The native library could not be loaded; the message lists what was tried and the remedy. */
        LOAD
    }

    private final Status status;

    /** A failure with one sentence that says what is wrong and what to do. */
    public MnistNativeException(Status status, String message) {
        this(status, message, null);
    }

    /** A failure with one sentence that says what is wrong and what to do, and what it came from. */
    public MnistNativeException(Status status, String message, Throwable cause) {
        super(message, cause);
        this.status = Objects.requireNonNull(status, "status");
    }

    /** What kind of failure it was. */
    public Status status() {
        return status;
    }
}
