// Which values a training step drops, drawn one by one.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "net/dropout.h"

namespace mn::reference {

// Four words of 32 bits each.
using Words = std::array<uint64_t, 4>;

// What Philox4x32-10 draws for a counter and a key: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3" (2011).
Words philox(Words counter, uint64_t key);

// factors [rows, columns]: what the values of a layer are multiplied by, 0 where they are dropped and 1 / (1 - p) where
// they are kept. layer: 0 is the input, h the output of hidden layer h. Row r is the r-th of the batch.
void draw_factors(double p, const StepSeed& draws, int layer, int64_t rows, int64_t columns,
                  std::vector<double>& factors);

} // namespace mn::reference
