// Instruction sets: which levels this machine can use, and the kernels of each.
#pragma once

#include <string>
#include <vector>

#include "cpu/kernels/kernels.h"

namespace mn::cpu {

// Usable levels of this machine, weakest first; and the best of them.
std::vector<std::string> isa_levels();
std::string best_isa();

// The kernels of a level by its name, "" for the best. Error(unsupported) if there is no such level or the machine
// lacks it.
const Kernels& kernels_of(const std::string& isa);

} // namespace mn::cpu
