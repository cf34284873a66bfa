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

// Of samples [first, first + count). predictions: [count] or null
Evaluation evaluate(const Net& net, std::span<const double> parameters, const LossOptions& loss, const Data& data,
                    int64_t first, int64_t count, int32_t* predictions, Activations& activations);

// Labels that are not ignore_index.
int64_t count_labels(const int32_t* labels, int64_t rows, int64_t ignore_index);
// Rows whose first largest logit is their label, which is not ignore_index. predictions: [rows] or null
int64_t count_correct(const double* logits, const int32_t* labels, int64_t rows, int64_t classes, int64_t ignore_index,
                      int32_t* predictions);

} // namespace mn::reference
