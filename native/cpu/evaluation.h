// The loss and the hits of samples, by all threads of a pool.
#pragma once

#include <cstdint>

#include "cpu/loss.h"
#include "cpu/pool.h"
#include "cpu/workspace.h"
#include "net/data.h"

namespace mn::cpu {

// Rows that go through the net at once, unless the workspace has room for more: their activations stay in a core's
// second-level cache.
constexpr int64_t kEvaluationRows = 256;

// Of samples [first, first + count): the same bits for any number of threads, and any number of rows at once.
// predictions: [count] or null.
Evaluation evaluate(const Loss& loss, const Data& samples, int64_t first, int64_t count, int32_t* predictions,
                    Workspace& workspace, Pool& pool);

} // namespace mn::cpu
