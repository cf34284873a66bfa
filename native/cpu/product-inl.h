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
constexpr ProductFunction SelectProduct(int64_t rows, std::integer_sequence<int, kMinusOne...>) {
    constexpr ProductFunction kFunctions[] = {ProductTile<kMinusOne + 1, kVectors, kRowStep, kDepthStep>...};
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

// out [kGroup, kVectors * kLanes], see SparseTile.
template <int kVectors>
HWY_NOINLINE void GatherTile(const SparseTile& tile, int64_t c) {
    Vec sum[kGroup][kVectors];
    for (int r = 0; r < kGroup; ++r)
        for (int v = 0; v < kVectors; ++v)
            sum[r][v] = hn::Zero(kFloats);
    const float* HWY_RESTRICT b = tile.b + c;
    const float* HWY_RESTRICT values = tile.values;
    const int32_t* HWY_RESTRICT index = tile.index;
    for (int64_t i = 0; i < tile.count; ++i, values += kGroup) {
        const float* HWY_RESTRICT from = b + index[i] * kPanel;
        Vec row[kVectors];
        for (int v = 0; v < kVectors; ++v)
            row[v] = hn::LoadU(kFloats, from + v * kLanes);
        for (int r = 0; r < kGroup; ++r) {
            const Vec value = hn::Set(kFloats, values[r]);
            for (int v = 0; v < kVectors; ++v)
                sum[r][v] = hn::MulAdd(value, row[v], sum[r][v]);
        }
    }
    for (int r = 0; r < kGroup; ++r)
        for (int v = 0; v < kVectors; ++v)
            hn::StoreU(sum[r][v], kFloats, tile.out + r * kPanel + c + v * kLanes);
}

inline void Gather(const SparseTile& tile) {
    for (int64_t c = 0; c < tile.columns; c += 2 * kLanes) {
        if (tile.columns - c > kLanes)
            GatherTile<2>(tile, c);
        else
            GatherTile<1>(tile, c);
    }
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
