#pragma once

namespace mn::bench {

// Compares the CUDA backend with the reference: gradients, losses, repeated runs, schedules, streaming. small: on nets
// that compute-sanitizer has done with soon. Prints a line for each; the number of those that fail.
int check_agreement(bool small);

} // namespace mn::bench
