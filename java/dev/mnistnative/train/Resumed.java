package dev.mnistnative.train;

/**
 * A run goes on from a checkpoint.
 *
 * @param checkpoint where it lies
 * @param epochs finished in it
 * @param steps done in it of the epoch after those
 */
public record Resumed(String checkpoint, int epochs, int steps) {}
