package dev.mnistnative.format;

/** A check of what a file holds, for readers that do not know its name: whoever does catches this and adds it. */
public final class FileContents {
    private FileContents() {}

    /**
     * Refuses what does not hold.
     *
     * @throws IllegalArgumentException that says the fault, and wants the file's name before it
     */
    public static void require(boolean holds, String fault) {
        if (!holds) {
            throw new IllegalArgumentException(fault);
        }
    }
}
