#pragma once

namespace mn::bench {

// Prints step and epoch times by net, batch size, precision and schedule. quick: one small case, to see that it runs.
void time_training(bool quick);

} // namespace mn::bench
