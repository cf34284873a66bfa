// Compiles the kernels for every level. Highway is used for its headers alone: its own dispatcher needs a shared
// library, so the tables are collected here and isa.cpp chooses.
#include "cpu/kernels/table.h"

// Vectors of unknown size (SVE) can't be kept in arrays; Arm takes NEON.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#define HWY_WANT_AVX3_DL

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/table.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "cpu/kernels/dropout-inl.h"
#include "cpu/kernels/product-inl.h"
#include "cpu/kernels/rows-inl.h"
#include "cpu/kernels/staging-inl.h"
#include "cpu/kernels/update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SSSE3
constexpr const char* kName = "ssse3";
#elif HWY_TARGET == HWY_SSE4
constexpr const char* kName = "sse4";
#elif HWY_TARGET == HWY_AVX2
constexpr const char* kName = "avx2";
#elif HWY_TARGET == HWY_AVX3
constexpr const char* kName = "avx3";
#elif HWY_TARGET == HWY_AVX3_DL
constexpr const char* kName = "avx3_dl";
#elif HWY_TARGET == HWY_EMU128
constexpr const char* kName = "emu128";
#elif HWY_TARGET == HWY_NEON
constexpr const char* kName = "neon";
#else
constexpr const char* kName = "scalar";
#endif

extern const Kernels kKernels;
const Kernels kKernels = {
    .name = kName,
    .tile_rows = kTileRows,
    .multiply = Multiply,
    .outer = Outer,
    .gather_panels = kGatherPanels,
    .gather = Gather,
    .widen = Widen,
    .interleave = Interleave,
    .transpose_pairs = TransposePairs,
    .list_pairs = ListPairs,
    .list_float_pairs = ListFloatPairs,
    .draw_kept = DrawKept,
    .draw_kept_pixels = DrawKeptPixels,
    .keep_bytes = KeepBytes,
    .keep_floats = KeepFloats,
    .count_bytes = CountBytes,
    .count_floats = CountFloats,
    .column_sum = ColumnSum,
    .transpose = Transpose,
    .update = UpdateSlices,
};

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mn::cpu {

std::span<const LevelKernels> kernel_tables() {
    static constexpr LevelKernels kTables[] = {
        {IsaLevel::baseline, &HWY_NAMESPACE::kKernels},
#if HWY_TARGETS & HWY_SSSE3 & ~HWY_STATIC_TARGET
        {IsaLevel::ssse3, &N_SSSE3::kKernels},
#endif
#if HWY_TARGETS & HWY_SSE4 & ~HWY_STATIC_TARGET
        {IsaLevel::sse4, &N_SSE4::kKernels},
#endif
#if HWY_TARGETS & HWY_AVX2 & ~HWY_STATIC_TARGET
        {IsaLevel::avx2, &N_AVX2::kKernels},
#endif
#if HWY_TARGETS & HWY_AVX3 & ~HWY_STATIC_TARGET
        {IsaLevel::avx3, &N_AVX3::kKernels},
#endif
#if HWY_TARGETS & HWY_AVX3_DL & ~HWY_STATIC_TARGET
        {IsaLevel::avx3_dl, &N_AVX3_DL::kKernels},
#endif
    };
    return kTables;
}

} // namespace mn::cpu
#endif
