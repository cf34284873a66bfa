package dev.mnistnative.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Checks before the work that its results can be written: twenty epochs later is too late. */
final class OutputPaths {
    private OutputPaths() {}

    /** Refuses a file that cannot be created or replaced. {@code path} null is fine: no such output. */
    static void requireFile(String option, Path path) {
        if (path == null) {
            return;
        }
        if (Files.isDirectory(path)) {
            throw refusal(option, path, "this is a folder; name a file in it");
        }
        requireWritableFolder(option, path, path.toAbsolutePath().getParent());
        if (Files.exists(path) && !Files.isWritable(path)) {
            throw refusal(option, path, "the file exists and must not be written; change its permissions");
        }
    }

    /** Refuses a folder that can be neither used nor created in an existing one. */
    static void requireFolder(String option, Path path) {
        if (path == null) {
            return;
        }
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        requireWritableFolder(option, path, existing);
    }

    private static void requireWritableFolder(String option, Path path, Path folder) {
        if (folder == null || !Files.exists(folder)) {
            throw refusal(option, path, "the folder " + folder + " does not exist; create it first");
        }
        if (!Files.isDirectory(folder)) {
            throw refusal(option, path, folder + " is a file; name a folder");
        }
        if (!Files.isWritable(folder)) {
            throw refusal(option, path, "the folder " + folder + " must not be written; change its permissions");
        }
    }

    private static IllegalArgumentException refusal(String option, Path path, String why) {
        return new IllegalArgumentException(option + " " + path + ": " + why);
    }
}
