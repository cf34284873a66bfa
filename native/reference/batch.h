// Samples on their way into the net, widened to double.
#pragma once

#include <cstdint>
#include <vector>

#include "net/data.h"

namespace mn::reference {

// Samples [first, first + count) as rows of inputs [count, features].
void load_samples(const Data& data, int64_t first, int64_t count, std::vector<double>& inputs);

// The batch of a step: inputs [rows, features] and labels [rows].
void load_batch(const Data& data, const Chunk& chunk, int64_t step, std::vector<double>& inputs,
                std::vector<int32_t>& labels);

} // namespace mn::reference
