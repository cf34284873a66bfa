package dev.mnistnative.train;

/**
 * A checkpoint was written.
 *
 * @param checkpoint where it lies
 * @param epochs finished in it
 * @param steps done in it of the epoch after those
 */
public record CheckpointWritten(String checkpoint, int epochs, int steps) {}
