package dev.mnistnative.binding;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistNativeException.Status;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;

/** Loads the native library once; a failure is kept and told anew, with the remedy, at every use. */
final class LibraryLoader {
    private static final String CACHE_PROPERTY = "org.bytedeco.javacpp.cachedir";

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
            MnistNative.mn_version();
            return null;
        } catch (LinkageError e) {
            return new Failure(explain(e), e);
        }
    }

    private static String explain(LinkageError error) {
        String platform = platform();
        boolean packaged = isPackaged(platform, "libjnimnistnative.so") && isPackaged(platform, "libmnistnative.so");
        return "the native library could not be loaded: " + reasons(error) + ". Tried: java.library.path ("
                + System.getProperty("java.library.path") + "); the class path ("
                + (packaged ? "libraries for " : "no libraries for ") + platform + " there); the cache directory they "
                + "are unpacked into (" + cacheDirectory() + "). Remedy: " + remedy(platform, packaged) + ".";
    }

    private static String remedy(String platform, boolean packaged) {
        if (packaged) {
            return "if the cache directory cannot be written or is mounted noexec, name another one with -D"
                    + CACHE_PROPERTY + "=DIR; if org.bytedeco:javacpp's own library is missing, add its artifact with "
                    + "classifier " + platform;
        }
        return "add the artifacts dev.mnistnative:mnist-native and org.bytedeco:javacpp with classifier linux-x86_64 "
                + "(the one platform there is)";
    }

    /** The messages of the whole chain of causes, each once. */
    private static String reasons(Throwable error) {
        StringBuilder text = new StringBuilder();
        for (Throwable t = error; t != null; t = t.getCause()) {
            String message = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : "; ").append(message);
            }
        }
        return text.toString();
    }

    private static boolean isPackaged(String platform, String file) {
        return LibraryLoader.class.getResource(platform + "/" + file) != null;
    }

    private static String platform() {
        try {
            return Loader.getPlatform();
        } catch (LinkageError e) {
            return System.getProperty("os.name") + " " + System.getProperty("os.arch");
        }
    }

    private static String cacheDirectory() {
        try {
            return Loader.getCacheDir().toString();
        } catch (IOException | LinkageError e) {
            return "none usable: " + e.getMessage();
        }
    }
}
