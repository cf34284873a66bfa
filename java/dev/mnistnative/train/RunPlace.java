package dev.mnistnative.train;

/**
 * Where a run stands, beside what its trainer holds; the orders of its epochs follow from the seed.
 *
 * @param epoch the present one, from 0
 * @param step of that epoch the next, from 0; the epoch's steps if only its evaluation is left
 * @param totals what the epoch's steps have added up to
 * @param evaluations what they have come to
 */
record RunPlace(int epoch, int step, EpochTotals totals, EvaluationHistory evaluations) {
    /** Steps of the run that are done. */
    long steps(BatchPlan plan) {
        return (long) epoch * plan.steps() + step;
    }
}
