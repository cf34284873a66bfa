package dev.mnistnative.cli;

/** When {@code train} draws a bar. */
enum ProgressDisplay {
    AUTO,
    ALWAYS,
    NEVER
}
