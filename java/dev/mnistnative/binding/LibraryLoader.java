package dev.mnistnative.binding;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistNativeException.Status;
import dev.mnistnative.binding.load.LoadFailure;
import dev.mnistnative.binding.load.NativeLoading;
import dev.mnistnative.internal.Version;
import java.nio.charset.StandardCharsets;

/** Loads the native library once; a failure is kept and told anew, with the remedy, at every use. */
final class LibraryLoader {
    private LibraryLoader() {}

    /** Tries to load when first asked: class initialisation makes that happen once, whoever comes first. */
    private static final class Attempt {
        static final Failure FAILURE = attempt();
    }

    private record Failure(String message, Throwable cause) {}

    /** @throws MnistNativeException with status LOAD if the library cannot be loaded */
    static void ensureLoaded() {
        if (Attempt.FAILURE != null) {
            throw new MnistNativeException(Status.LOAD, Attempt.FAILURE.message(), Attempt.FAILURE.cause());
        }
    }

    private static Failure attempt() {
        try {
            return mismatch(NativeLoading.load());
        } catch (LoadFailure e) {
            return new Failure(e.getMessage(), e.getCause());
        } catch (LinkageError e) { // a library of that name, without the functions
            return new Failure(
                    "the native library that was loaded is not one: " + e.getMessage() + ". Remedy: name the "
                            + "directory of the right one with -D" + NativeLoading.OVERRIDE_PROPERTY + "=DIR.",
                    e);
        }
    }

    /** These classes and the library must be of the same header: else calls would write where nobody expects it. */
    private static Failure mismatch(String where) {
        int found = MnistNative.mn_abi_version();
        String version = MnistNative.mn_version().getString(StandardCharsets.US_ASCII);
        if (found == MnistNative.MN_ABI_VERSION && version.equals(Version.CURRENT)) {
            return null;
        }
        String message = "the native library that was loaded is " + version + " and has ABI version " + found
                + ", but these classes are " + Version.CURRENT + " and need ABI version "
                + MnistNative.MN_ABI_VERSION + ": it belongs to another version of mnist-native. Remedy: let only one "
                + "version be found, in " + where + " and by other class loaders of this process, or name the "
                + "directory of the right one with -D" + NativeLoading.OVERRIDE_PROPERTY + "=DIR.";
        return new Failure(message, null);
    }
}
