package dev.mnistnative.binding.load;

import dev.mnistnative.binding.load.PackedLibraries.DamagedException;
import dev.mnistnative.binding.load.PackedLibraries.Library;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.slf4j.LoggerFactory;

/**
 * Loads the native library for this class loader: from the folder that a property names and from nowhere else; or what
 * the class path holds for this platform, unpacked into a private folder; or, where it holds nothing, from
 * {@code java.library.path}.
 */
public final class NativeLoading {
    /** Names a directory whose libraries win over the packaged ones. */
    public static final String OVERRIDE_PROPERTY = "dev.mnistnative.library.path";

    private NativeLoading() {}

    /** The failure of an attempt that another place may do without. */
    private static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String reason, Throwable cause) {
            super(reason, cause);
        }
    }

    /**
     * To be called once for a class loader, before any other class of JavaCPP is used.
     *
     * @return where it was found
     */
    public static String load() throws LoadFailure {
        String override = System.getProperty(OVERRIDE_PROPERTY, "");
        try {
            JavaCpp.initialise();
            if (!override.isEmpty()) {
                Path folder = Path.of(override).toAbsolutePath();
                loadNamed(folder);
                return folder.toString();
            }
            Optional<PackedLibraries> packed = PackedLibraries.of(Platform.name());
            if (packed.isPresent()) {
                return loadPacked(packed.get());
            }
            loadInstalled();
            return "java.library.path and the class path";
        } catch (UnusableException e) {
            throw new LoadFailure(LoadMessages.noFolder(e.getMessage()), e);
        } catch (DamagedException e) {
            throw new LoadFailure(LoadMessages.damaged(e), e);
        } catch (IOException
                | LinkageError
                | OutOfMemoryError
                | RuntimeException e) { // the third: no thread for JavaCPP
            throw new LoadFailure(override.isEmpty() ? LoadMessages.of(e) : LoadMessages.named(override, e), e);
        }
    }

    private static void loadNamed(Path folder) throws IOException {
        for (Path file : Platform.filesIn(folder)) {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException(file + " is not there");
            }
        }
        try {
            loadFrom(folder);
        } catch (UnsatisfiedLinkError e) {
            if (!Platform.isTaken(e)) {
                throw e;
            }
            Path copy = Files.createTempDirectory("mnist-native-");
            try {
                for (Path file : Platform.filesIn(folder)) {
                    Files.copy(file, copy.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
                loadFrom(copy);
            } finally {
                UnpackedLibraries.delete(copy);
            }
        }
    }

    /** From the first folder that can be used. */
    private static String loadPacked(PackedLibraries packed) throws IOException, UnusableException {
        CacheFolders folders = CacheFolders.ofThisProcess();
        List<String> refusals = new ArrayList<>();
        Throwable last = null;
        for (Path base : folders.bases()) {
            try {
                return attempt(base, below -> loadCached(packed, below));
            } catch (UnusableException e) {
                refusals.add(e.getMessage());
                last = e;
            }
        }
        if (folders.elseTemporary()) {
            try {
                Path base = Path.of(System.getProperty("java.io.tmpdir", "."));
                return attempt(base, below -> loadTemporary(packed, below, refusals));
            } catch (UnusableException e) {
                refusals.add(e.getMessage());
                last = e;
            }
        }
        throw new UnusableException(String.join("; ", refusals), last);
    }

    /** An attempt to load the library below a folder; it answers where the library was found. */
    private interface Attempt {
        String below(Path base) throws IOException;
    }

    /** @throws UnusableException if another folder may do where this one did not */
    private static String attempt(Path base, Attempt attempt) throws DamagedException, UnusableException {
        try {
            return attempt.below(base);
        } catch (DamagedException e) {
            throw e;
        } catch (IOException e) {
            throw new UnusableException(LoadMessages.reason(base, e), e);
        } catch (UnsatisfiedLinkError e) {
            if (Platform.isNotExecutable(e)) {
                throw new UnusableException(base + ": mounted noexec, or its libraries may not be executed", e);
            }
            throw e; // it would be no better elsewhere
        }
    }

    private static String loadCached(PackedLibraries packed, Path base) throws IOException {
        UnpackedLibraries unpacked = UnpackedLibraries.below(base);
        Path folder = unpacked.folderOf(packed);
        try {
            loadFrom(folder);
        } catch (UnsatisfiedLinkError e) {
            if (Platform.isTaken(e)) { // the JVM gives a file to one class loader
                loadCopy(packed, unpacked.temporary());
            } else if (Platform.filesIn(folder).stream().allMatch(Files::isRegularFile)) {
                throw e;
            } else { // tidied away meanwhile, by the start of many other builds
                loadFrom(unpacked.folderOf(packed));
            }
        }
        return folder.toString();
    }

    private static String loadTemporary(PackedLibraries packed, Path base, List<String> refusals) throws IOException {
        Path folder = Files.createTempDirectory(base, "mnist-native-");
        loadCopy(packed, folder);
        LoggerFactory.getLogger(NativeLoading.class)
                .debug("unpacked into {}, since no folder keeps it: {}", folder, refusals);
        return folder.toString();
    }

    /** What is loaded stays when its file is gone. */
    private static void loadCopy(PackedLibraries packed, Path folder) throws IOException {
        try {
            for (Library library : packed.libraries()) {
                library.writeTo(Files.createFile(folder.resolve(library.fileName())));
            }
            loadFrom(folder);
        } finally {
            UnpackedLibraries.delete(folder);
        }
    }

    private static void loadFrom(Path folder) {
        System.load(folder.resolve(Platform.CORE).toString());
        Path glue = folder.resolve(Platform.GLUE);
        if (Loader.class.getClassLoader() == NativeLoading.class.getClassLoader()) {
            System.load(glue.toString()); // its error is the system's own; registering loads nothing more
        }
        JavaCpp.register(NativeLoading.class, glue);
    }

    private static void loadInstalled() {
        System.loadLibrary("mnistnative");
        System.loadLibrary("jnimnistnative");
        JavaCpp.register(NativeLoading.class, null);
    }
}
