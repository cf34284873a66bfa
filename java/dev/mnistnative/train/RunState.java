package dev.mnistnative.train;

/**
 * All that a run needs to go on with the same bits.
 *
 * @param place where it stands
 * @param trainer parameters, moments and steps of the optimizer
 */
record RunState(RunPlace place, TrainerState trainer) {
    int epoch() {
        return place.epoch();
    }

    int step() {
        return place.step();
    }
}
