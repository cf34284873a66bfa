package dev.mnistnative.binding.load;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * What JavaCPP is kept from. Its classes load a library of their own when they are initialised and start a thread that
 * frees what was forgotten. Neither is needed here: JavaCPP's native functions are compiled into the glue, and all
 * memory is direct buffers or freed by whoever took it. The thread would keep the class loader for ever.
 *
 * <p>Where JavaCPP's own library is on the class path, the application uses other presets of JavaCPP, whose memory may
 * count on that thread: then all stays as JavaCPP does it, but for a cache that others could have filled.
 */
final class JavaCpp {
    private static final List<String> NO_POINTER_GC =
            List.of("org.bytedeco.javacpp.nopointergc", "org.bytedeco.javacpp.noPointerGC");

    /** System properties are one for all class loaders, so two that set them take turns. */
    private static final Object LOCK = "dev.mnistnative: JavaCPP's properties".intern();

    private JavaCpp() {}

    /** To be called before any other class of JavaCPP but {@link Loader} is touched; later it changes nothing. */
    static void initialise() throws IOException {
        synchronized (LOCK) {
            if (isPacked() || !Path.of(System.getProperty("user.home", "?")).isAbsolute()) {
                keepCachePrivate();
            }
            boolean isSet = NO_POINTER_GC.stream().anyMatch(name -> System.getProperty(name) != null);
            if (isSet || isPacked()) {
                initialisePointer();
                return;
            }
            // only as long as it is read: JavaCPP in other class loaders is not concerned
            System.setProperty(NO_POINTER_GC.get(0), "true");
            try {
                initialisePointer();
            } finally {
                System.clearProperty(NO_POINTER_GC.get(0));
            }
        }
    }

    /**
     * Tells JavaCPP that the glue is loaded, so that the generated classes do not look for it. (They are named by
     * {@code MnistNativeConfig} so that nothing is unpacked a second time.)
     *
     * @param glue its file; null: it was found by its name
     */
    static void register(Class<?> user, Path glue) {
        try {
            URL[] found = glue == null ? new URL[0] : new URL[] {glue.toUri().toURL()};
            Loader.loadLibrary(user, found, "jnimnistnative");
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(glue + " cannot be named by a URL", e);
        }
    }

    private static boolean isPacked() {
        String path = "org/bytedeco/javacpp/" + Loader.getPlatform() + "/" + System.mapLibraryName("jnijavacpp");
        ClassLoader loader = Loader.class.getClassLoader();
        return (loader == null ? ClassLoader.getSystemResource(path) : loader.getResource(path)) != null;
    }

    private static void initialisePointer() {
        try {
            Class.forName(Pointer.class.getName(), true, Pointer.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /**
     * JavaCPP takes ~/.javacpp/cache, else a folder in /tmp that anybody can guess, and loads what it finds there;
     * where the user has no name it makes a folder "?" in the working directory. Instead of those two it gets a new
     * folder.
     */
    private static void keepCachePrivate() throws IOException {
        if (CacheFolders.JAVACPP_PROPERTIES.stream().anyMatch(name -> System.getProperty(name) != null)) {
            return; // the user's choice
        }
        Path home = Path.of(System.getProperty("user.home", "?"));
        Path cache = home.resolve(".javacpp").resolve("cache");
        boolean isSafe = home.isAbsolute()
                && (Files.exists(cache)
                        ? Files.isWritable(cache) && PrivateFiles.isFolder(cache.toRealPath())
                        : Files.isWritable(home));
        if (isSafe) {
            return;
        }
        Path own = Files.createTempDirectory("mnist-native-javacpp-");
        own.toFile().deleteOnExit(); // if nothing is in it
        String property = CacheFolders.JAVACPP_PROPERTIES.get(0);
        System.setProperty(property, own.toString());
        try {
            Loader.getCacheDir(); // asked for once, and kept
        } finally {
            System.clearProperty(property);
        }
    }
}
