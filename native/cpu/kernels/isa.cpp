#include "cpu/kernels/isa.h"

#include <span>

#include "cpu/kernels/table.h"
#include "net/error.h"

namespace mn::cpu {

std::vector<std::string> isa_levels() {
    std::vector<std::string> names;
    for (const LevelKernels& entry : kernel_tables()) {
        if (machine_has(entry.level))
            names.emplace_back(entry.kernels->name);
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
        std::string usable;
        for (const std::string& level : isa_levels())
            usable += " " + level;
        throw Error(Status::unsupported,
                    "the instruction set \"" + isa + "\" is not usable on this machine; choose one of:" + usable);
    }
    return *best;
}

} // namespace mn::cpu
