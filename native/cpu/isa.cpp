#include "cpu/isa.h"

#include <span>

#include "cpu/kernel_tables.h"
#include "model/backend.h"
#include "model/error.h"

namespace mn::cpu {

namespace {

// Everything the compiler may use for a level must be there: Highway's target strings name several extensions.
bool machine_has(Level level) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool sse4 = __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
                      __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("aes");
    const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    const bool avx3 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
    switch (level) {
    case Level::baseline:
        return true;
    case Level::ssse3:
        return __builtin_cpu_supports("ssse3");
    case Level::sse4:
        return sse4;
    case Level::avx2:
        return avx2;
    case Level::avx3:
        return avx3;
    case Level::avx3_dl:
        return avx3 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("vaes") &&
               __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512vbmi") &&
               __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vpopcntdq") &&
               __builtin_cpu_supports("avx512bitalg");
    }
    return false;
#else
    return level == Level::baseline;
#endif
}

} // namespace

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
