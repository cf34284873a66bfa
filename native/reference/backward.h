// The net's backward pass in double precision.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/net.h"
#include "reference/forward.h"

namespace mn::reference {

// activations: what forward() left. delta: in, the loss's gradient by the logits [rows, classes]; used up.
// gradient: out, the loss's gradient by the flat parameter vector.
void backward(const Net& net, std::span<const double> parameters, int64_t rows, const Activations& activations,
              std::vector<double> delta, std::span<double> gradient);

} // namespace mn::reference
