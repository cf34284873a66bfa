package dev.mnistnative.train;

/**
 * All that a run needs to go on with the same bits; the orders of its epochs follow from the seed.
 *
 * @param epoch the present one, from 0
 * @param step of that epoch the next, from 0; the epoch's steps if only its evaluation is left
 * @param totals what the epoch's steps have added up to
 * @param evaluations what they have come to
 * @param trainer parameters, moments and steps of the optimizer
 */
record RunState(int epoch, int step, EpochTotals totals, EvaluationHistory evaluations, TrainerState trainer) {}
