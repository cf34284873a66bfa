// What backend and predictor read from a Placement alike.
#pragma once

#include <string>

#include "cpu/kernels/kernels.h"
#include "net/placement.h"

namespace mn::cpu {

int threads_of(const Placement& place);
// Error(unsupported) where this machine can't compute in that precision.
void check_precision(const Placement& place);
std::string describe(const Kernels& kernels, int threads, Precision precision);

} // namespace mn::cpu
