package dev.mnistnative.binding;

import dev.mnistnative.MnistNativeException;
import dev.mnistnative.MnistNativeException.Status;
import dev.mnistnative.internal.Version;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/** Loads the native library once; a failure is kept and told anew, with the remedy, at every use. */
final class LibraryLoader {
    private static final String CACHE_PROPERTY = "org.bytedeco.javacpp.cachedir";

    /** Names a directory whose libraries win over the packaged ones. */
    private static final String OVERRIDE_PROPERTY = "dev.mnistnative.library.path";

    private static final String JAVACPP = "jnijavacpp";
    /** In the order in which they need each other. */
    private static final List<String> OURS = List.of("mnistnative", "jnimnistnative");

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
        String override = System.getProperty(OVERRIDE_PROPERTY, "");
        try {
            if (!override.isEmpty()) {
                loadFrom(Path.of(override).toAbsolutePath());
            }
            return mismatch(override);
        } catch (LinkageError | OutOfMemoryError | RuntimeException e) { // the second: no more threads for JavaCPP
            return new Failure(override.isEmpty() ? explain(e) : explainOverride(override, e), e);
        }
    }

    /** These classes and the library must be of the same header: else calls would write where nobody expects it. */
    private static Failure mismatch(String override) {
        int found = MnistNative.mn_abi_version();
        String version = MnistNative.mn_version().getString(StandardCharsets.US_ASCII);
        if (found == MnistNative.MN_ABI_VERSION && version.equals(Version.CURRENT)) {
            return null;
        }
        String where = override.isEmpty() ? "java.library.path and the class path" : override;
        String message = "the native library that was loaded is " + version + " and has ABI version " + found
                + ", but these classes are " + Version.CURRENT + " and need ABI version "
                + MnistNative.MN_ABI_VERSION + ": it belongs to another version of mnist-native. Remedy: let only one "
                + "version be found, in " + where + ", or name the directory of the right one with -D"
                + OVERRIDE_PROPERTY + "=DIR.";
        return new Failure(message, null);
    }

    /** What JavaCPP has loaded by name it does not load again. Its own library may lie there too; ours must. */
    private static void loadFrom(Path directory) {
        for (String name : OURS) {
            if (!Files.isRegularFile(file(directory, name))) {
                throw new IllegalArgumentException(file(directory, name) + " is not there");
            }
        }
        if (Files.isRegularFile(file(directory, JAVACPP))) {
            load(directory, JAVACPP);
        }
        OURS.forEach(name -> load(directory, name));
    }

    private static void load(Path directory, String name) {
        try {
            Loader.loadLibrary(
                    LibraryLoader.class,
                    new URL[] {file(directory, name).toUri().toURL()},
                    name);
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(directory + " cannot be named by a URL", e);
        }
    }

    private static Path file(Path directory, String name) {
        return directory.resolve("lib" + name + ".so");
    }

    private static String explainOverride(String directory, Throwable error) {
        return "the native library could not be loaded: " + reasons(error) + ". Tried: " + directory + ", because -D"
                + OVERRIDE_PROPERTY
                + " names it, and nothing else. Remedy: let it name a directory that is not mounted "
                + "noexec and holds libmnistnative.so and libjnimnistnative.so of this version (and libjnijavacpp.so "
                + "where JavaCPP cannot unpack its own), or leave the property out.";
    }

    private static String explain(Throwable error) {
        String platform = platform();
        boolean packaged = isPackaged(platform, "libjnimnistnative.so") && isPackaged(platform, "libmnistnative.so");
        return "the native library could not be loaded: " + reasons(error) + ". Tried: java.library.path ("
                + System.getProperty("java.library.path") + "); the class path ("
                + (packaged ? "libraries for " : "no libraries for ") + platform + " there); the cache directory they "
                + "are unpacked into (" + cacheDirectory() + "). Remedy: " + remedy(platform, packaged)
                + ".";
    }

    private static String remedy(String platform, boolean packaged) {
        if (packaged) {
            return "if the cache directory cannot be written or is mounted noexec, name another one with -D"
                    + CACHE_PROPERTY + "=DIR, or unpack the libraries yourself and name their "
                    + "directory with -D" + OVERRIDE_PROPERTY
                    + "=DIR; if org.bytedeco:javacpp's own library is missing, add its artifact with "
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
