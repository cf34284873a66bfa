// What trainer and model read from a Placement alike.
#pragma once

#include <memory>
#include <string>

#include "cpu/arithmetic.h"
#include "cpu/kernels/kernels.h"
#include "net/placement.h"

namespace mn::cpu {

int threads_of(const Placement& place);
// "", or why this machine can't compute in that way.
std::string refusal(const Placement& place);
// For a placement that is not refused.
std::unique_ptr<Arithmetic> make_arithmetic(const Placement& place, const ArithmeticParts& parts);
std::string describe(const Kernels& kernels, int threads, const Placement& place);

} // namespace mn::cpu
