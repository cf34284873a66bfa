#pragma once

namespace mn::bench {

// Compares the CUDA backend with the reference on small nets: gradients, losses, repeated runs, schedules, streaming.
// Prints a line for each; the number of those that fail.
int check_agreement();

} // namespace mn::bench
