// Softmax cross-entropy in double precision, as torch.nn.functional.cross_entropy computes it.
#pragma once

#include <cstdint>

#include "net/loss.h"

namespace mn::reference {

// logits [count, classes], labels [count].
// upstream [count] or null (ones), read for reduction none only.
// losses [count] for reduction none, else [1]; null allowed. gradient [count, classes]; null allowed.
// Mean over labels that are all ignored, or whose class weights are all 0: the loss is that of 0 / 0 or of the
// smoothing / 0, the gradient zero.
void cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                   const LossOptions& options, const double* upstream, double* losses, double* gradient);

// What the mean reduction divides by: the sum of the labels' class weights, ignored labels left out.
double weight_sum(const int32_t* labels, int64_t count, const LossOptions& options);

} // namespace mn::reference
