// Compiles the kernels for the levels in MN_LEVELS, a set of Highway's targets; 0 is the level that every processor of
// this kind has. One source file includes this for each such set: the levels take longest of all to compile, and so the
// cores share them. Highway is used for its headers alone: its own dispatcher needs a shared library, so table.cpp
// collects the kernels and isa.cpp chooses.
#include "cpu/kernels/kernels.h"

// Vectors of unknown size (SVE) can't be kept in arrays; Arm takes NEON. x86's targets above what each has are bits 0
// to 13; which of them a newer Highway adds there is not known here.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | (((1 << 14) - 1) & ~(MN_LEVELS)))
#define HWY_WANT_AVX3_DL

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/kernels/level-inl.h"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Highway comes by the level that every processor has in each file.
#if MN_LEVELS == 0 || HWY_TARGET != HWY_STATIC_TARGET

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
    .count_byte_pairs = CountPairs<uint8_t>,
    .count_float_pairs = CountPairs<float>,
    .column_sum = ColumnSum,
    .transpose = Transpose,
    .update = UpdateSlices,
};

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif // MN_LEVELS == 0 || HWY_TARGET != HWY_STATIC_TARGET
