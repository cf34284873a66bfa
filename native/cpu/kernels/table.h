// The list of compiled ISA levels, weakest first.
#pragma once

#include <span>

#include "cpu/kernels/kernels.h"
#include "machine/isa.h"

namespace mn::cpu {

struct LevelKernels {
    IsaLevel level;
    const Kernels* kernels;
};

std::span<const LevelKernels> kernel_tables();

} // namespace mn::cpu
