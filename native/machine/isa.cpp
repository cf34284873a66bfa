#include "machine/isa.h"

namespace mn {

#if defined(__x86_64__)

namespace {

bool has_avx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

} // namespace

// Highway's target strings name several extensions a level.
bool machine_has(IsaLevel level) {
    __builtin_cpu_init();
    const bool sse4 = __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
                      __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("aes");
    const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    const bool avx3 = avx2 && has_avx512();
    switch (level) {
    case IsaLevel::baseline:
        return true;
    case IsaLevel::ssse3:
        return __builtin_cpu_supports("ssse3");
    case IsaLevel::sse4:
        return sse4;
    case IsaLevel::avx2:
        return avx2;
    case IsaLevel::avx3:
        return avx3;
    case IsaLevel::avx3_dl:
        return avx3 && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("vaes") &&
               __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512vbmi") &&
               __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vpopcntdq") &&
               __builtin_cpu_supports("avx512bitalg");
    }
    return false;
}

bool machine_has_bf16() {
    __builtin_cpu_init();
    return has_avx512() && __builtin_cpu_supports("avx512bf16");
}

#else

bool machine_has(IsaLevel level) {
    return level == IsaLevel::baseline;
}

bool machine_has_bf16() {
    return false;
}

#endif

} // namespace mn
