package dev.mnistnative.binding;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistNativeException.Status;
import java.nio.charset.StandardCharsets;

/** Turns status codes into exceptions. */
final class NativeStatus {
    private NativeStatus() {}

    /** Throws what the status stands for; to be called on the thread that got it, before its next native call. */
    static void check(int status) {
        if (status != MnistNative.MN_OK) {
            throw exception(status, lastError());
        }
    }

    /** The sentence of this thread's last failure. */
    static String lastError() {
        return MnistNative.mn_last_error().getString(StandardCharsets.UTF_8);
    }

    private static RuntimeException exception(int status, String message) {
        return switch (status) {
            case MnistNative.MN_INVALID_ARGUMENT -> new IllegalArgumentException(message);
            case MnistNative.MN_OUT_OF_MEMORY -> new MnistNativeException(Status.OUT_OF_MEMORY, message);
            case MnistNative.MN_UNSUPPORTED -> new MnistNativeException(Status.UNSUPPORTED, message);
            case MnistNative.MN_DEVICE_ERROR -> new MnistNativeException(Status.DEVICE_ERROR, message);
            case MnistNative.MN_BUSY -> new MnistNativeException(Status.BUSY, message);
            case MnistNative.MN_DIVERGED -> new MnistNativeException(Status.DIVERGED, message);
            default -> new MnistNativeException(Status.INTERNAL, message);
        };
    }
}
