// The kernels of int8.h for the levels that differ, and the choice among them.
#include "cpu/kernels/int8.h"

// As in level-inl.h: no vectors of unknown size, and of x86's targets those below.
#define MN_INT8_LEVELS (HWY_SSSE3 | HWY_AVX2 | HWY_AVX3_DL)
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | (((1 << 14) - 1) & ~(MN_INT8_LEVELS)))
#define HWY_WANT_AVX3_DL

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/int8.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/kernels/int8-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mn::cpu::int8 {
namespace HWY_NAMESPACE {

extern const Int8Kernels kKernels;
const Int8Kernels kKernels = kernels_with<Words>();

} // namespace HWY_NAMESPACE
} // namespace mn::cpu::int8
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mn::cpu {

const Int8Kernels& int8_kernels_of(std::string_view level) {
#if HWY_ARCH_X86
    if (level == "avx3_dl")
        return int8::N_AVX3_DL::kKernels;
    if (level == "avx3" || level == "avx2") // the former has AVX-512, but not its bytes
        return int8::N_AVX2::kKernels;
    if (level == "sse4" || level == "ssse3")
        return int8::N_SSSE3::kKernels;
#endif
    (void)level;
    return int8::HWY_NAMESPACE::kKernels;
}

} // namespace mn::cpu
#endif
