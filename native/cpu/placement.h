// What trainer and model read from a Placement alike.
#pragma once

#include <string>

#include "cpu/kernels/kernels.h"
#include "net/placement.h"

namespace mn::cpu {

int threads_of(const Placement& place);
// "", or why this machine can't compute in that way.
std::string refusal(const Placement& place);
std::string describe(const Kernels& kernels, int threads, Precision precision);

} // namespace mn::cpu
