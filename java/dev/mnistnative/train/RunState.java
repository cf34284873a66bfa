package dev.mnistnative.train;

import dev.mnistnative.net.Parameters;
import java.util.Map;

/**
 * All that a run needs to go on with the same bits; the orders of its epochs follow from the seed.
 *
 * @param epoch the present one, from 0
 * @param step of that epoch the next, from 0; the epoch's steps if only its evaluation is left
 * @param totals what the epoch's steps have added up to
 * @param stopping what early stopping has seen
 * @param optimizerStep steps the optimizer has done, in earlier runs too
 * @param parameters of the net
 * @param moments of the optimizer, by {@link Moments}' names, in the parameters' order
 */
record RunState(
        int epoch,
        int step,
        EpochTotals totals,
        EarlyStopping stopping,
        long optimizerStep,
        Parameters parameters,
        Map<String, float[]> moments) {}
