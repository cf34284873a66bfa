#include "cpu/kernels/isa.h"

#include <span>

#include "cpu/kernels/table.h"
#include "floor/floor.h"
#include "net/error.h"

namespace mn::cpu {

std::string isa_levels() {
    std::string names;
    for (const LevelKernels& entry : kernel_tables()) {
        if (!machine_has(entry.level))
            continue;
        if (!names.empty())
            names += ' ';
        names += entry.kernels->name;
    }
    return names;
}

std::string best_isa() {
    return kernels_of("").name;
}

const Kernels& kernels_of(const std::string& isa) {
    const Kernels* best = nullptr;
    for (const LevelKernels& entry : kernel_tables()) {
        if (machine_has(entry.level) && (isa.empty() || isa == entry.kernels->name))
            best = entry.kernels;
    }
    if (!best) {
        throw Error(Status::unsupported, "the instruction set \"" + isa +
                                             "\" is not usable on this machine; choose one of: " + isa_levels());
    }
    return *best;
}

} // namespace mn::cpu
