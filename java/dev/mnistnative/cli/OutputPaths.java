package dev.mnistnative.cli;

import dev.mnistnative.internal.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Checks before a command begins that its results can be written, by creating and removing what writing would create,
 * and that none would destroy an input or another result: twenty epochs later is too late. It knows which of all
 * commands' options are written to; every other path is read.
 */
final class OutputPaths {
    private static final Set<String> FILES =
            Set.of("--save", "--report", "--metrics", "--csv", "--picture", "OUT", "FILE");
    private static final Set<String> FOLDERS = Set.of("--checkpoint-dir", "--tensorboard");

    /** Names that files of data have; others in a folder of data may be replaced, as where a run is repeated. */
    private static final Pattern DATA =
            Pattern.compile("(?i).*\\.(npy|npz|gz|csv|tsv|txt|png|jpe?g|gif|bmp|tiff?)|.*ubyte.*");

    /** How a table of metrics begins. */
    private static final String METRICS = "epoch,train_loss,";

    private static final Pattern OF_CHECKPOINTS = Pattern.compile("checkpoint-.*\\.safetensors|\\.lock");

    private final CommandSpec command;
    private final List<Named> files = new ArrayList<>();
    private final List<Named> folders = new ArrayList<>();
    private final List<Named> inputs = new ArrayList<>();

    /** @param name how the command line names it */
    private record Named(String name, Path path) {
        @Override
        public String toString() {
            return name + " " + path;
        }
    }

    private OutputPaths(CommandSpec command) {
        this.command = command;
    }

    /** Refuses outputs that cannot be created or replaced, or must not be. */
    static void check(CommandSpec command) {
        OptionSpec option = command.findOption("--seeds");
        if (option != null && option.getValue() instanceof Seeds seeds) {
            for (long seed : seeds.values()) {
                check(command, path -> Seeds.named(path, seed));
            }
        } else {
            check(command, path -> path);
        }
    }

    private static void check(CommandSpec command, UnaryOperator<Path> names) {
        OutputPaths paths = new OutputPaths(command);
        paths.collect(names);
        paths.requireCurrentFolder();
        Stream.concat(paths.files.stream(), paths.folders.stream()).forEach(paths::requireName);
        paths.files.forEach(paths::requireFile);
        paths.folders.forEach(paths::requireFolder);
        paths.requireApart();
    }

    /** Refuses a file for which the disk has no room. */
    static void requireSpace(CommandSpec command, String option, Path path, long bytes) {
        long free;
        try {
            if (path == null || WholeFile.isStream(path)) {
                return;
            }
            free = Files.getFileStore(WholeFile.folder(WholeFile.target(path))).getUsableSpace();
        } catch (IOException | SecurityException e) {
            return; // it cannot be told
        }
        Usage.refuse(
                free < bytes,
                command,
                option + " " + path + ": it needs " + bytes + " bytes, but its disk has " + free
                        + " free; make room, or name a file elsewhere");
    }

    /** @param names what the names of outputs stand for */
    private void collect(UnaryOperator<Path> names) {
        List<ArgSpec> all = new ArrayList<>(command.options());
        all.addAll(command.positionalParameters());
        for (ArgSpec argument : all) {
            String name = argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
            for (Object value : values(argument)) {
                if (value instanceof Path path) {
                    List<Named> list = listOf(name);
                    list.add(new Named(name, list == inputs ? path : names.apply(path)));
                    if (list == inputs) {
                        addInput(name, path.toString()); // an npz file of which a member is named
                    }
                } else if (value instanceof String text) {
                    addInput(name, text);
                }
            }
        }
    }

    private static Collection<?> values(ArgSpec argument) {
        Object value = argument.getValue();
        if (value == null) {
            return List.of();
        }
        return value instanceof Collection<?> several ? several : List.of(value);
    }

    private List<Named> listOf(String name) {
        if (FILES.contains(name)) {
            return files;
        }
        return FOLDERS.contains(name) ? folders : inputs;
    }

    /** Options that are a file or something else are taken by whether there is such a file, or one of that member. */
    private void addInput(String name, String text) {
        int member = text.lastIndexOf(':');
        for (String candidate : member > 0 ? List.of(text, text.substring(0, member)) : List.of(text)) {
            try {
                if (!candidate.isEmpty() && Files.exists(Path.of(candidate))) {
                    inputs.add(new Named(name, Path.of(candidate)));
                }
            } catch (InvalidPathException e) {
                // no path
            }
        }
    }

    /** Java has no current folder where the locale cannot express its name, or where it was deleted. */
    private void requireCurrentFolder() {
        boolean needed = Stream.of(files, folders, inputs)
                .flatMap(List::stream)
                .anyMatch(named -> !named.path().isAbsolute());
        Usage.refuse(
                needed && !Files.exists(Path.of(".")),
                command,
                "the current folder is not to be found by the name that this locale's encoding, "
                        + System.getProperty("sun.jnu.encoding") + ", has for it: " + Charsets.REMEDY
                        + ", or change to another folder");
    }

    /** What is empty is a forgotten variable of a script rather than this folder. */
    private void requireName(Named output) {
        if (output.path().toString().isEmpty()) {
            throw refusal(output, "the name is empty; give one");
        }
    }

    private void requireFile(Named file) {
        try {
            if (Files.isDirectory(file.path())) {
                throw refusal(file, "this is a folder; name a file in it");
            }
            Path target = WholeFile.target(file.path());
            Path folder = WholeFile.folder(target);
            requireFolder(file, folder);
            if (!WholeFile.isStream(file.path())) {
                requireWritable(file, folder);
                if (Files.exists(target) && !Files.isWritable(target)) {
                    throw refusal(file, "the file exists and must not be written; change its permissions");
                }
            }
            WholeFile.probe(file.path());
        } catch (IOException e) {
            throw refusal(file, reason(e) + "; name another file");
        }
    }

    /** A folder that can be used, or created in an existing one. */
    private void requireFolder(Named folder) {
        Path existing = folder.path();
        while (!Files.exists(existing)) {
            if (Files.isSymbolicLink(existing)) {
                throw refusal(folder, existing + " is a link to a folder that does not exist; create it first");
            }
            existing = WholeFile.folder(existing);
        }
        requireFolder(folder, existing);
        requireWritable(folder, existing);
        try {
            WholeFile.probe(existing.resolve("probe"));
            Files.readAttributes(folder.path(), BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            // it will be made
        } catch (IOException e) {
            throw refusal(folder, reason(e) + "; name another folder");
        }
    }

    private void requireWritable(Named output, Path folder) {
        if (!Files.isWritable(folder)) {
            throw refusal(output, "the folder " + folder + " must not be written; change its permissions");
        }
    }

    private void requireFolder(Named output, Path folder) {
        if (!Files.exists(folder)) {
            throw refusal(output, "the folder " + folder + " does not exist; create it first");
        }
        if (!Files.isDirectory(folder)) {
            throw refusal(output, folder + " is a file; name a folder");
        }
    }

    private void requireApart() {
        for (Named file : files) {
            inputs.forEach(input -> requireNotRead(file, input));
            folders.forEach(folder -> requireNotIn(file, folder));
        }
        for (Named folder : folders) {
            for (Named input : inputs) {
                if (isSame(folder.path(), input.path())) {
                    throw refusal(folder, "this is what " + input.name() + " reads; name another folder");
                }
            }
        }
        for (int i = 0; i < files.size(); i++) {
            for (Named other : files.subList(i + 1, files.size())) {
                if (isSame(files.get(i).path(), other.path()) && !isDevice(other.path())) {
                    throw refusal(files.get(i), other.name() + " names the same file; give each its own");
                }
            }
        }
    }

    private void requireNotRead(Named file, Named input) {
        if (isSame(file.path(), input.path()) && !isDevice(file.path())) {
            throw refusal(file, "this is what " + input.name() + " reads; name another file");
        }
        boolean dataIn = input.name().equals("--data")
                && Files.isDirectory(input.path())
                && Files.isRegularFile(file.path())
                && located(file.path()).startsWith(located(input.path()));
        if (dataIn && DATA.matcher(file.path().getFileName().toString()).matches() && !isTableOfMetrics(file.path())) {
            throw refusal(file, "this file is in the folder that " + input.name() + " reads; name another file");
        }
    }

    private static boolean isTableOfMetrics(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(METRICS.length()), StandardCharsets.ISO_8859_1).equals(METRICS);
        } catch (IOException e) {
            return false;
        }
    }

    private void requireNotIn(Named file, Named folder) {
        if (isSame(file.path(), folder.path())) {
            throw refusal(file, folder.name() + " names the same; give each its own");
        }
        Path at = located(file.path());
        if (at.getParent() != null
                && at.getParent().equals(located(folder.path()))
                && OF_CHECKPOINTS.matcher(at.getFileName().toString()).matches()) {
            throw refusal(file, "this is a name of the files that " + folder.name() + " keeps; name another file");
        }
    }

    private static boolean isDevice(Path path) {
        try {
            return WholeFile.isStream(path);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether two paths lead to one file, there already or not, by whatever links and spellings. */
    private static boolean isSame(Path one, Path other) {
        try {
            if (Files.exists(one) && Files.exists(other)) {
                return Files.isSameFile(one, other);
            }
        } catch (IOException e) {
            // as if they were not there
        }
        Path first = located(one);
        Path second = located(other);
        return first.equals(second)
                || first.toString().equalsIgnoreCase(second.toString()) && ignoresCase(first.getParent());
    }

    private static Path located(Path path) {
        try {
            Path target = WholeFile.target(path);
            if (Files.exists(target)) {
                return target.toRealPath();
            }
            Path parent = WholeFile.folder(target);
            return Files.exists(parent)
                    ? parent.toRealPath().resolve(target.getFileName())
                    : target.toAbsolutePath().normalize();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    /** Whether a folder takes two spellings for one name, as those of other systems do. */
    private static boolean ignoresCase(Path folder) {
        try {
            Path lower = Files.createTempFile(folder, ".probe", ".tmp");
            try {
                return Files.exists(
                        lower.resolveSibling(lower.getFileName().toString().replace("probe", "PROBE")));
            } finally {
                Files.deleteIfExists(lower);
            }
        } catch (IOException e) {
            return false;
        }
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "access denied";
        }
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private ParameterException refusal(Named output, String why) {
        return Usage.error(command, output + ": " + why);
    }
}
