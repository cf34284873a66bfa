package dev.mnistnative.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks before the work that its results can be written: twenty epochs later is too late. */
final class OutputPaths {
    private OutputPaths() {}

    /** Refuses a file that cannot be created or replaced. {@code path} null is fine: no such output. */
    static void requireFile(CommandSpec command, String option, Path path) {
        if (path == null) {
            return;
        }
        if (Files.isDirectory(path)) {
            throw refusal(command, option, path, "this is a folder; name a file in it");
        }
        requireWritableFolder(command, option, path, path.toAbsolutePath().getParent());
        if (Files.exists(path) && !Files.isWritable(path)) {
            throw refusal(command, option, path, "the file exists and must not be written; change its permissions");
        }
    }

    /** Refuses a folder that can be neither used nor created in an existing one. */
    static void requireFolder(CommandSpec command, String option, Path path) {
        if (path == null) {
            return;
        }
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        requireWritableFolder(command, option, path, existing);
    }

    private static void requireWritableFolder(CommandSpec command, String option, Path path, Path folder) {
        if (folder == null || !Files.exists(folder)) {
            throw refusal(command, option, path, "the folder " + folder + " does not exist; create it first");
        }
        if (!Files.isDirectory(folder)) {
            throw refusal(command, option, path, folder + " is a file; name a folder");
        }
        if (!Files.isWritable(folder)) {
            throw refusal(
                    command, option, path, "the folder " + folder + " must not be written; change its permissions");
        }
    }

    private static ParameterException refusal(CommandSpec command, String option, Path path, String why) {
        return Usage.error(command, option + " " + path + ": " + why);
    }
}
