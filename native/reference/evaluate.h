// Losses and predictions without training.
#pragma once

#include <cstdint>
#include <span>

#include "net/data.h"
#include "net/loss.h"
#include "net/net.h"
#include "reference/forward.h"

namespace mn::reference {

// Rows that an evaluation or prediction pushes through the net at once.
constexpr int64_t kBlock = 256;

// Of samples [first, first + count). predictions: [count] or null; null where the loss takes targets
Evaluation evaluate(const Net& net, std::span<const double> parameters, const LossOptions& loss, const Data& data,
                    int64_t first, int64_t count, int32_t* predictions, Activations& activations);

} // namespace mn::reference
