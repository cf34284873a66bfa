package dev.mnistnative.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Seeds that a run is repeated with, and the names of each one's files.
 *
 * @param values each once, in the order given
 */
record Seeds(long... values) {
    /** Stands for the seed in the name of a file or folder that each seed has of its own. */
    static final String MARK = "{seed}";

    private static final int MOST = 10_000;

    /** {@code 0..9}, {@code 0,3,7} or both, as in {@code 0..4,10}. */
    static Seeds parse(String text) {
        long[] all = Arrays.stream(text.split(",", -1))
                .flatMapToLong(part -> range(text, part.strip()))
                .limit(MOST + 1L)
                .toArray();
        if (all.length > MOST) {
            throw new IllegalArgumentException("'" + text + "' are more than " + MOST + " seeds");
        }
        if (LongStream.of(all).distinct().count() < all.length) {
            throw new IllegalArgumentException("'" + text + "' names a seed twice");
        }
        return new Seeds(all);
    }

    private static LongStream range(String text, String part) {
        int dots = part.indexOf("..");
        try {
            long first = Long.parseLong(dots < 0 ? part : part.substring(0, dots));
            long last = dots < 0 ? first : Long.parseLong(part.substring(dots + 2));
            if (first <= last) {
                return LongStream.rangeClosed(first, last);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException("'" + text + "' is no list of seeds, as 0..9 and 0,3,7 are");
    }

    /** Refuses the name of what each seed has of its own if it would be the same for all. */
    static void requireMark(CommandSpec command, String option, Path path) {
        Usage.refuse(
                path != null && !path.toString().contains(MARK),
                command,
                option + " " + path + ": with --seeds each seed has its own: put " + MARK + " into the name, as in "
                        + option + " " + example(path));
    }

    private static String example(Path path) {
        String name = path == null ? "" : path.toString();
        int dot = name.lastIndexOf('.');
        return dot > name.lastIndexOf('/') + 1
                ? name.substring(0, dot) + "-" + MARK + name.substring(dot)
                : name + "-" + MARK;
    }

    /** The name with the seed in it; null of null. */
    static Path named(Path path, long seed) {
        return path == null ? null : Path.of(path.toString().replace(MARK, String.valueOf(seed)));
    }
}
