// What the measurements share: the machine's ceilings, made-up images, the shapes of nets.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "floor/floor.h"

namespace mn::bench {

// GFLOP/s of multiply-adds in registers, with the widest vectors of the machine, each of `threads` threads busy.
// Measured afresh at each call: the best of some runs.
double peak_gflops(int threads);
// Nanoseconds for a cache line to go from one core to another, one way.
double core_to_core_nanoseconds();
// Nanoseconds of one barrier of the real pool, at which all arrive at once.
double barrier_nanoseconds(int threads);
// Nanoseconds a cache line to read 256 KiB that another core (or, else, this one) has just written.
double line_nanoseconds(bool of_another);
// The ceilings of this process, measured at the first call.
double known_peak(int threads);

// Images like MNIST's: 28 x 28 bytes, a blob of non-zero pixels around the middle (19 % of all), or no zero at all.
struct Images {
    std::vector<uint8_t> pixels;
    std::vector<int32_t> labels;
    int64_t count, features;

    Images(int64_t images, bool dense);
    Data samples() const;
};

Net article_net();
Net wide_net();

// Floating-point operations of a training step as dense products.
double step_flop(const Net& net, int64_t rows);

// Reports operations as a rate and as a share of the peak of so many threads. Zeros that a sparse product skips count
// as done, so that a share may be above 1.
void report_flop(benchmark::State& state, double flop_per_iteration, int threads);

void register_machine();
void register_phases();
void register_steps();
void register_inference();

} // namespace mn::bench
