// How a step is cut: into parts of its rows, and into shares for workers. The bits are the same by any rule; it says
// how long a step takes, and what memory.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/partition.h"
#include "net/net.h"

namespace mn::cpu {

// Where the numbers are from: docs/performance.md.
struct StepRule {
    // Rows of a part: their activations stay in the caches, and to carry the gradients on takes little beside what is
    // computed of them. A batch of a few more goes through as it is.
    int64_t part = 320;
    int64_t whole = 512;
    // Multiply-adds that a worker must have to do: with fewer, to wait for it takes longer than it saves.
    int64_t work = 1 << 20;

    // All but the last have a multiple of `multiple` rows.
    Tiles parts(int64_t rows, int64_t multiple) const {
        return rows <= whole ? Tiles(rows, rows) : Tiles(rows, part, multiple);
    }
    // Most that go through at once, of batches of up to so many.
    int64_t at_once(int64_t rows) const { return rows <= whole ? rows : std::max(part, whole); }
    // Of so many threads.
    int workers(const Net& net, int64_t rows, int threads) const {
        // For each parameter: forward, backward, its gradient; and what takes as long as its update.
        constexpr int64_t kOfRow = 3, kOfUpdate = 50;
        const int64_t all = net.parameter_count() * (kOfRow * rows + kOfUpdate);
        return static_cast<int>(std::clamp<int64_t>(work > 0 ? all / work : threads, 1, threads));
    }
};

} // namespace mn::cpu
