package dev.mnistnative.train;

import dev.mnistnative.net.Evaluation;

/**
 * The epoch whose weights were kept, see {@link Keep#BEST}.
 *
 * @param epoch from 1
 * @param evaluation by the parameters after it
 */
public record BestEpoch(int epoch, Evaluation evaluation) {}
