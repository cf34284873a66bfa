package dev.mnistnative.data;

/** What files must hold beside the samples. */
public enum Answers {
    /** A class number for each. */
    LABELS,
    /** Numbers for each, what the net's outputs should be: of a regression, or 0 and 1 for each of several labels. */
    TARGETS,
    /** Nothing: whatever there is, is not read. */
    NONE
}
