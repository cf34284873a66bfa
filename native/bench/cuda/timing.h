#pragma once

namespace mn::bench {

// Prints step and epoch times by net, batch size, precision and schedule. quick: one small case, to see that it runs.
void time_training(bool quick);

// Prints where a step's time goes, phase by phase. False if the build's kernels read no clocks.
bool time_phases();

} // namespace mn::bench
