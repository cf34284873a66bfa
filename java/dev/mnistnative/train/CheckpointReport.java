package dev.mnistnative.train;

import java.nio.file.Path;

/**
 * A checkpoint that was written, or that a run goes on from.
 *
 * @param file the checkpoint
 * @param epochs finished in it
 * @param steps done in it of the epoch after those
 */
public record CheckpointReport(Path file, int epochs, int steps) {}
