// Matrix products, tile by tile: the accumulators of a tile stay in registers for the whole inner loop.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels.h"

#if defined(MN_CPU_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_PRODUCT_INL_H_
#undef MN_CPU_PRODUCT_INL_H_
#else
#define MN_CPU_PRODUCT_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
using Vec = hn::Vec<Floats>;
constexpr Floats kFloats;
constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(kFloats));

// Accumulators are tile rows x 2 vectors, next to them 2 vectors of B and one of A: 32 registers with AVX-512 and NEON,
// else 16.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON
constexpr int kTileRows = 12;
#else
constexpr int kTileRows = 6;
#endif

// out [kRows, kVectors * kLanes] = A * B. A[r, k] is at a[r * kRowStep + k * kDepthStep] within a block of `block`
// inner indices; the next block begins a_stride further.
template <int kRows, int kVectors, int64_t kRowStep, int64_t kDepthStep>
HWY_NOINLINE void ProductTile(const float* HWY_RESTRICT a, int64_t a_stride, int64_t block, const float* HWY_RESTRICT b,
                              int64_t depth, float* HWY_RESTRICT out) {
    Vec sum[kRows][kVectors];
    for (int r = 0; r < kRows; ++r)
        for (int v = 0; v < kVectors; ++v)
            sum[r][v] = hn::Zero(kFloats);
    for (int64_t first = 0; first < depth; first += block, a += a_stride) {
        const int64_t count = HWY_MIN(block, depth - first);
        const float* HWY_RESTRICT x = a;
        for (int64_t k = 0; k < count; ++k, x += kDepthStep, b += kPanel) {
            Vec row[kVectors];
            for (int v = 0; v < kVectors; ++v)
                row[v] = hn::LoadU(kFloats, b + v * kLanes);
            for (int v = 0; v < kVectors; ++v)
                __builtin_prefetch(b + 16 * kPanel + v * kLanes);
            for (int r = 0; r < kRows; ++r) {
                const Vec value = hn::Set(kFloats, x[r * kRowStep]);
                for (int v = 0; v < kVectors; ++v)
                    sum[r][v] = hn::MulAdd(value, row[v], sum[r][v]);
            }
        }
    }
    for (int r = 0; r < kRows; ++r)
        for (int v = 0; v < kVectors; ++v)
            hn::StoreU(sum[r][v], kFloats, out + r * kPanel + v * kLanes);
}

using ProductFunction = void (*)(const float*, int64_t, int64_t, const float*, int64_t, float*);

// ProductTile for 1..kTileRows rows.
template <int kVectors, int64_t kRowStep, int64_t kDepthStep, int... kMinusOne>
ProductFunction SelectProduct(int64_t rows, std::integer_sequence<int, kMinusOne...>) {
    static constexpr ProductFunction kFunctions[] = {ProductTile<kMinusOne + 1, kVectors, kRowStep, kDepthStep>...};
    return kFunctions[rows - 1];
}

// Takes the panel's columns two vectors at a time, and a last single one where that is enough.
template <int64_t kRowStep, int64_t kDepthStep>
void Product(const Tile& tile, int64_t block) {
    constexpr std::make_integer_sequence<int, kTileRows> kRows;
    for (int64_t c = 0; c < tile.columns; c += 2 * kLanes) {
        const bool two = tile.columns - c > kLanes;
        const ProductFunction product = two ? SelectProduct<2, kRowStep, kDepthStep>(tile.rows, kRows)
                                            : SelectProduct<1, kRowStep, kDepthStep>(tile.rows, kRows);
        product(tile.a, tile.a_panel_stride, block, tile.b + c, tile.depth, tile.out + c);
    }
}

inline void Multiply(const Tile& tile) {
    Product<kPanel, 1>(tile, kPanel);
}
inline void Outer(const Tile& tile) {
    Product<1, kPanel>(tile, HWY_MAX(tile.depth, int64_t{1}));
}

// A's values of one list entry as factors for whole vectors.
struct FloatEntries {
    const float* a;
    Vec operator()(int64_t i, int64_t r) const { return hn::Set(kFloats, a[i * kGroup + r]); }
};
struct ByteEntries {
    const uint8_t* a;
    const float* table;
    Vec operator()(int64_t i, int64_t r) const { return hn::Set(kFloats, table[a[i * kGroup + r]]); }
};

// kVectors vectors of columns, from column c of the first panel on; they may go on in the next panel.
template <int kVectors, class Entries>
HWY_NOINLINE void GatherTile(const SparseTile& tile, const Entries entries, const float* HWY_RESTRICT b,
                             float* HWY_RESTRICT out) {
    constexpr int64_t kPerPanel = kPanel / kLanes;
    Vec sum[kGroup][kVectors];
    for (int r = 0; r < kGroup; ++r)
        for (int v = 0; v < kVectors; ++v)
            sum[r][v] = hn::Zero(kFloats);
    const int32_t* HWY_RESTRICT index = tile.index;
    const int64_t stride = tile.b_panel_stride;
    for (int64_t i = 0, count = tile.count; i < count; ++i) {
        const float* HWY_RESTRICT from = b + index[i] * kPanel;
        Vec row[kVectors];
        for (int v = 0; v < kVectors; ++v)
            row[v] = hn::LoadU(kFloats, from + v / kPerPanel * stride + v % kPerPanel * kLanes);
        for (int r = 0; r < kGroup; ++r) {
            const Vec value = entries(i, r);
            for (int v = 0; v < kVectors; ++v)
                sum[r][v] = hn::MulAdd(value, row[v], sum[r][v]);
        }
    }
    for (int r = 0; r < kGroup; ++r)
        for (int v = 0; v < kVectors; ++v)
            hn::StoreU(sum[r][v], kFloats,
                       out + v / kPerPanel * tile.out_panel_stride + r * kPanel + v % kPerPanel * kLanes);
}

// Sums are kGroup x this many vectors: 16 or 8 registers.
constexpr int kGatherVectors = kTileRows > 6 ? 4 : 2;
constexpr int64_t kGatherPanels = HWY_MAX(int64_t{1}, kGatherVectors* kLanes / kPanel);
static_assert(kGatherPanels <= kMostGatherPanels);

template <class Entries>
void GatherPanels(const SparseTile& tile, const Entries entries) {
    constexpr int64_t kPerPanel = kPanel / kLanes;
    int64_t panel = 0;
    if constexpr (kGatherPanels > 1) {
        for (; panel + kGatherPanels <= tile.panels; panel += kGatherPanels)
            GatherTile<kGatherVectors>(tile, entries, tile.b + panel * tile.b_panel_stride,
                                       tile.out + panel * tile.out_panel_stride);
    }
    constexpr int kVectors = static_cast<int>(HWY_MIN(int64_t{kGatherVectors}, kPerPanel));
    for (; panel < tile.panels; ++panel) {
        for (int64_t c = 0; c < kPanel; c += kVectors * kLanes)
            GatherTile<kVectors>(tile, entries, tile.b + panel * tile.b_panel_stride + c,
                                 tile.out + panel * tile.out_panel_stride + c);
    }
}

inline void Gather(const SparseTile& tile) {
    if (tile.table)
        GatherPanels(tile, ByteEntries{static_cast<const uint8_t*>(tile.a), tile.table});
    else
        GatherPanels(tile, FloatEntries{static_cast<const float*>(tile.a)});
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
