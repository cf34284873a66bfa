// PyTorch's default initial values of nn.Linear, bit for bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/net.h"

namespace mn {

// The flat parameter vector that torch.manual_seed(seed) followed by the net's nn.Linear layers in order would give.
// values: [net.parameter_count()] out
void initial_parameters(const Net& net, uint64_t seed, std::span<float> values);
std::vector<float> initial_parameters(const Net& net, uint64_t seed);

} // namespace mn
