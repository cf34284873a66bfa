// What the C ABI does not offer: choices between ways that give the same results, for tests and benchmarks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cuda/arguments.h"
#include "floor/floor.h"

namespace mn::cuda {

// How a chunk of steps runs: one cooperative launch with barriers across the grid, or graphs of phases.
enum class Schedule { persistent, graph };

struct Tuning {
    std::optional<Schedule> schedule;             // persistent, where the device can
    std::optional<Engine> engine;                 // by precision and device
    std::optional<int64_t> wide_tiles_by;         // those that are resident: two a multiprocessor
    std::optional<int> blocks_per_multiprocessor; // as many as fit; 1 leaves registers for a tool's patches
    int64_t resident_limit = INT64_MAX;           // bytes; a larger training set is streamed
    int64_t slice_bytes = 32 << 20;               // of a streamed slice; at least one batch
    bool restores = true; // the state at its start, after a chunk that diverged; else that of the step that did
};

std::unique_ptr<Trainer> make_trainer(const TrainerOptions& options, const Tuning& tuning);

} // namespace mn::cuda
