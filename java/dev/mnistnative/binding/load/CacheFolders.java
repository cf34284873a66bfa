package dev.mnistnative.binding.load;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The folders below which libraries are unpacked: the first that can be used.
 *
 * @param bases in the order in which they are tried
 * @param elseTemporary whether a temporary folder may be taken where none of them can be used
 */
record CacheFolders(List<Path> bases, boolean elseTemporary) {
    /** Names the one folder that is used; where it cannot be, that is an error. */
    static final String PROPERTY = "dev.mnistnative.cachedir";

    /** JavaCPP's: a folder that comes first, as it does for JavaCPP's own presets. */
    static final List<String> JAVACPP_PROPERTIES =
            List.of("org.bytedeco.javacpp.cachedir", "org.bytedeco.javacpp.cacheDir");

    static CacheFolders ofThisProcess() {
        return of(System::getProperty, System::getenv);
    }

    /** Those of a process with these system properties and this environment. */
    static CacheFolders of(UnaryOperator<String> property, UnaryOperator<String> environment) {
        String named = property.apply(PROPERTY);
        if (named != null && !named.isEmpty()) {
            return new CacheFolders(List.of(Path.of(named).toAbsolutePath()), false);
        }
        Set<Path> bases = new LinkedHashSet<>();
        for (String javacpp : JAVACPP_PROPERTIES) {
            String folder = property.apply(javacpp);
            if (folder != null && !folder.isEmpty()) {
                bases.add(Path.of(folder).toAbsolutePath());
            }
        }
        users(property, environment).ifPresent(bases::add);
        return new CacheFolders(List.copyOf(bases), true);
    }

    /** Where a user's caches are; empty for a user without a home. */
    private static Optional<Path> users(UnaryOperator<String> property, UnaryOperator<String> environment) {
        Optional<Path> named = absolute(environment.apply(Platform.isWindows() ? "LOCALAPPDATA" : "XDG_CACHE_HOME"));
        if (named.isPresent()) {
            return named;
        }
        // of a uid that the system has no name for, user.home is "?"
        return absolute(property.apply("user.home"))
                .filter(Files::isDirectory)
                .or(() -> absolute(environment.apply("HOME")).filter(Files::isDirectory))
                .map(home -> home.resolve(".cache"));
    }

    private static Optional<Path> absolute(String folder) {
        try {
            return Optional.ofNullable(folder)
                    .filter(name -> !name.isEmpty())
                    .map(Path::of)
                    .filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
