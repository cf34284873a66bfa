// The level that every processor has, and the list of all.
#include "cpu/kernels/table.h"

#define MN_LEVELS 0
#include "cpu/kernels/level-inl.h"

#if HWY_ONCE
#define MN_LEVEL(space)                                                                                                \
    namespace mn::cpu::space {                                                                                         \
    extern const Kernels kKernels;                                                                                     \
    }
#if HWY_ARCH_X86
MN_LEVEL(N_SSSE3)
MN_LEVEL(N_SSE4)
MN_LEVEL(N_AVX2)
MN_LEVEL(N_AVX3)
MN_LEVEL(N_AVX3_DL)
#endif

namespace mn::cpu {

std::span<const LevelKernels> kernel_tables() {
    static constexpr LevelKernels kTables[] = {
        {IsaLevel::baseline, &HWY_NAMESPACE::kKernels},
#if HWY_ARCH_X86
        {IsaLevel::ssse3, &N_SSSE3::kKernels},
        {IsaLevel::sse4, &N_SSE4::kKernels},
        {IsaLevel::avx2, &N_AVX2::kKernels},
        {IsaLevel::avx3, &N_AVX3::kKernels},
        {IsaLevel::avx3_dl, &N_AVX3_DL::kKernels},
#endif
    };
    return kTables;
}

} // namespace mn::cpu
#endif
