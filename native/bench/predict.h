// What a step would take on more cores than the machine has.
#pragma once

namespace mn::bench {

// The machine that is predicted for.
struct Topology {
    int cache_cores = 8; // cores that share a last-level cache
    double near_ns = 50; // for a cache line to go from one core to another there, one way
    double far_ns = 190; // and between two such caches
};

// Measures, and prints the prediction as a Markdown table.
void print_prediction(const Topology& topology);

} // namespace mn::bench
