// Samples on their way into the net, widened to double.
#pragma once

#include <cstdint>
#include <vector>

#include "net/data.h"
#include "reference/loss.h"

namespace mn::reference {

// Samples [first, first + count) as rows of inputs [count, features].
void load_samples(const Data& data, int64_t first, int64_t count, std::vector<double>& inputs);

// What samples [first, first + count) are compared with.
void load_answers(const Data& data, int64_t first, int64_t count, Answers& answers);

// The batch of a step: inputs [rows, features] and what its rows are compared with.
void load_batch(const Data& data, const Chunk& chunk, int64_t step, std::vector<double>& inputs, Answers& answers);

} // namespace mn::reference
