// Softmax cross-entropy in double precision, as torch.nn.functional.cross_entropy computes it.
#pragma once

#include <cstdint>

#include "model/options.h"

namespace mn::reference {

// logits [count, classes], labels [count].
// upstream [count] or null (ones), read for reduction none only.
// losses [count] for reduction none, else [1]; null allowed. gradient [count, classes]; null allowed.
void cross_entropy(const double* logits, const int32_t* labels, int64_t count, int64_t classes,
                   const LossOptions& options, const double* upstream, double* losses, double* gradient);

} // namespace mn::reference
