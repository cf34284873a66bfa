// The list of compiled ISA levels, weakest first.
#pragma once

#include <span>

#include "cpu/kernels.h"

namespace mn::cpu {

enum class Level { baseline, ssse3, sse4, avx2, avx3, avx3_dl };

struct LevelKernels {
    Level level;
    const Kernels* kernels;
};

std::span<const LevelKernels> kernel_tables();

} // namespace mn::cpu
