package dev.mnistnative.binding.load;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is said when the native library cannot be loaded: what, why, and what to do about it. */
final class LoadMessages {
    private static final String OVERRIDE = "name a folder that holds " + String.join(" and ", Platform.FILES)
            + " of this version with -D" + NativeLoading.OVERRIDE_PROPERTY + "=DIR";

    private LoadMessages() {}

    /** No folder could be used to unpack into, for these reasons. */
    static String noFolder(String reasons) {
        return "the native library could not be loaded, since no folder can be used to unpack it into: " + reasons
                + ". Remedy: name a folder in which this user can write and execute with -D" + CacheFolders.PROPERTY
                + "=DIR, or unpack the libraries yourself and " + OVERRIDE + ".";
    }

    /** What is on the class path is not what the build made. */
    static String damaged(IOException error) {
        return "the native library could not be loaded: " + error.getMessage()
                + ". Remedy: get or build the jar anew, or " + OVERRIDE + ".";
    }

    /** The folder that the override names did not do. */
    static String named(String folder, Throwable error) {
        String tried = "the native library could not be loaded from " + folder + ", which -D"
                + NativeLoading.OVERRIDE_PROPERTY + " names: ";
        return tried
                + systemsFault(reasons(error), CLibrary.here())
                        .orElse(reasons(error)
                                + ". Remedy: let it name a directory that is not mounted noexec and holds "
                                + String.join(" and ", Platform.FILES)
                                + " of this version, or leave the property out.");
    }

    /** The rest: what is on the class path does not fit this system, or there is nothing. */
    static String of(Throwable error) {
        String platform = Platform.name();
        if (!PackedLibraries.exist(platform)) {
            return missing(
                    platform,
                    Platform.BUILT.stream().filter(PackedLibraries::exist).toList());
        }
        return "the native library could not be loaded: "
                + systemsFault(reasons(error), CLibrary.here())
                        .orElse(reasons(error)
                                + ". Remedy: let JavaCPP lie in the same class loader as mnist-native, or " + OVERRIDE
                                + ".");
    }

    /** Nothing for this platform; there may be something for others. */
    static String missing(String platform, List<String> found) {
        String what = "the native library could not be loaded: there are no libraries for " + platform
                + " on the class path" + (found.isEmpty() ? "" : ", only for " + String.join(", ", found))
                + ", and none in java.library.path (" + System.getProperty("java.library.path") + "). Remedy: ";
        if (Platform.BUILT.contains(platform)) {
            return what + "add the artifact dev.mnistnative:mnist-native with classifier " + platform
                    + " to the class path, or " + OVERRIDE + ".";
        }
        return what + "run it on one of " + String.join(", ", Platform.BUILT) + ", or build the libraries for "
                + platform + " and " + OVERRIDE + ".";
    }

    /** Where the system's C library does not do, by these words of the dynamic linker: which one does. */
    static Optional<String> systemsFault(String words, Optional<CLibrary> present) {
        Optional<String> wanted = CLibrary.wantedBy(words);
        if (wanted.isPresent()) {
            return Optional.of("it needs glibc " + wanted.get() + " or newer, and this system has "
                    + present.map(CLibrary::toString).orElse("another C library")
                    + ". Remedy: take a newer system, or build the library on this one.");
        }
        if (present.filter(CLibrary::isMusl).isPresent()) {
            return Optional.of(
                    "it is for glibc, and this system's C library is musl, as on Alpine. Remedy: take a system "
                            + "or a container image with glibc (Debian, Red Hat), or build the library for musl.");
        }
        return Optional.empty();
    }

    /** Why a folder could not be used. */
    static String reason(Path folder, IOException error) {
        String why = error.getMessage();
        if (error instanceof AccessDeniedException denied) {
            why = "no permission for " + denied.getFile();
        } else if (error instanceof FileSystemException system && system.getReason() != null) {
            why = lowerCase(system.getReason()) + " (" + system.getFile() + ")";
        } else if (error instanceof FileSystemException system) {
            why = system.getFile() + ": " + system.getClass().getSimpleName();
        }
        return folder + ": " + (why == null ? error.getClass().getSimpleName() : lowerCase(why));
    }

    private static String lowerCase(String text) {
        return text.isEmpty() || text.startsWith("/")
                ? text
                : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
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
}
