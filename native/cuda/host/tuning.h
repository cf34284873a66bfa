// What the C ABI does not offer: choices between ways that give the same results, for tests and benchmarks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cuda/arguments.h"
#include "floor/floor.h"

namespace mn::cuda {

// How a chunk of steps runs: one cooperative launch with barriers across the grid, or a graph of phases.
enum class Schedule { persistent, graph };

struct Tuning {
    std::optional<Schedule> schedule;       // persistent, where the device can
    std::optional<Engine> engine;           // by precision and device
    std::optional<int64_t> wide_tiles_from; // twice the multiprocessors
    int64_t resident_limit = INT64_MAX;     // bytes; a larger training set is streamed
    int64_t slice_bytes = 32 << 20;         // of a streamed slice; at least one batch
};

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options, const Tuning& tuning);

} // namespace mn::cuda
