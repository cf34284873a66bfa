// Matrix products, tile by tile: the accumulators of a tile stay in registers for the whole inner loop.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels/activation-inl.h"
#include "cpu/kernels/kernels.h"
#include "cpu/kernels/numbers-inl.h"

#if defined(MN_CPU_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_PRODUCT_INL_H_
#undef MN_CPU_PRODUCT_INL_H_
#else
#define MN_CPU_PRODUCT_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {
// Accumulators are tile rows x 2 vectors, next to them 2 vectors of B and one of A: 32 registers with AVX-512 and NEON,
// else 16.
#undef MN_UNROLL_DEPTH
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_NEON
constexpr int kTileRows = 12;
#define MN_UNROLL_DEPTH // a loop of 40 instructions and more: its own take no time
constexpr bool kPrefetchRows = false;
#else
constexpr int kTileRows = 6;
// One of 25: where another thread has the core's other half, each that is saved is time (docs/performance.md), and half
// of the innermost caches is that thread's.
#define MN_UNROLL_DEPTH _Pragma("GCC unroll 2")
constexpr bool kPrefetchRows = true;
#endif
static_assert(kTileRows <= kMostTileRows);

constexpr int64_t kLineFloats = 16; // of a cache line

// Accumulators stay in registers only if no loop over them is left.
#define MN_UNROLL _Pragma("GCC unroll 16")

// Stores kRows rows of kVectors vectors, which may go on in the next panel, out_stride further. beside: the epilogue's
// bias, or the values behind the activation where there is one panel. The activation is ReLU: see InRegisters.
template <int kRows, int kVectors>
HWY_INLINE void StoreSums(const Vec (&sum)[kRows][kVectors], Epilogue epilogue, const float* HWY_RESTRICT beside,
                          float* HWY_RESTRICT out, int64_t out_stride) {
    constexpr int64_t kPerPanel = kPanel / kLanes;
    const auto store = [&](auto change) HWY_ATTR {
        MN_UNROLL
        for (int r = 0; r < kRows; ++r)
            MN_UNROLL
        for (int v = 0; v < kVectors; ++v)
            hn::StoreU(change(sum[r][v], r, v), kFloats,
                       out + v / kPerPanel * out_stride + r * kPanel + v % kPerPanel * kLanes);
    };
    const auto biased = [&](Vec x, int v) HWY_ATTR { return hn::Add(x, hn::LoadU(kFloats, beside + v * kLanes)); };
    using Relu = ActivationRule<ActivationKind::relu>;
    switch (epilogue) {
    case Epilogue::none:
        return store([](Vec x, int, int) HWY_ATTR { return x; });
    case Epilogue::bias:
        return store([&](Vec x, int, int v) HWY_ATTR { return biased(x, v); });
    case Epilogue::activate:
        return store([&](Vec x, int, int v) HWY_ATTR { return Relu::value(biased(x, v), 0); });
    case Epilogue::slope:
        return store([&](Vec x, int r, int v) HWY_ATTR {
            return Relu::times_slope(x, hn::LoadU(kFloats, beside + r * kPanel + v * kLanes), 0);
        });
    }
}

// out [kRows, kVectors * kLanes] = A * B, columns c and on of a tile. A[r, k] is at a[r * kRowStep + k * kDepthStep]
// within a block of `block` inner indices; the next block begins a_panel_stride further.
template <int kRows, int kVectors, int64_t kRowStep, int64_t kDepthStep>
HWY_NOINLINE void ProductTile(const Tile& tile, int64_t block, int64_t c) {
    Vec sum[kRows][kVectors];
    MN_UNROLL
    for (int r = 0; r < kRows; ++r)
        MN_UNROLL
    for (int v = 0; v < kVectors; ++v)
        sum[r][v] = hn::Zero(kFloats);
    if (tile.accumulate) {
        MN_UNROLL
        for (int r = 0; r < kRows; ++r)
            MN_UNROLL
        for (int v = 0; v < kVectors; ++v)
            sum[r][v] = hn::LoadU(kFloats, tile.out + r * kPanel + c + v * kLanes);
    }
    const float* HWY_RESTRICT a = tile.a;
    const float* HWY_RESTRICT b = tile.b + c;
    const int64_t depth = tile.depth, a_stride = tile.a_panel_stride;
    for (int64_t first = 0; first < depth; first += block, a += a_stride) {
        const int64_t count = HWY_MIN(block, depth - first);
        const float* HWY_RESTRICT x = a;
        if constexpr (kPrefetchRows && kDepthStep == 1) { // A's go on in the next panel
            MN_UNROLL
            for (int r = 0; r < kRows; ++r)
                for (int64_t v = 0; v < kPanel; v += kLineFloats)
                    __builtin_prefetch(a + a_stride + r * kPanel + v);
        }
        MN_UNROLL_DEPTH
        for (int64_t k = 0; k < count; ++k, x += kDepthStep, b += kPanel) {
            Vec row[kVectors];
            for (int v = 0; v < kVectors; ++v)
                row[v] = hn::LoadU(kFloats, b + v * kLanes);
            for (int64_t v = 0; v < kVectors * kLanes; v += kLineFloats)
                __builtin_prefetch(b + 16 * kPanel + v);
            MN_UNROLL
            for (int r = 0; r < kRows; ++r) {
                const Vec value = hn::Set(kFloats, x[r * kRowStep]);
                MN_UNROLL
                for (int v = 0; v < kVectors; ++v)
                    sum[r][v] = hn::MulAdd(value, row[v], sum[r][v]);
            }
        }
    }
    const float* HWY_RESTRICT beside = tile.beside ? tile.beside + c : nullptr;
    StoreSums(sum, tile.epilogue, beside, tile.out + c, 0);
}

using ProductFunction = void (*)(const Tile&, int64_t, int64_t);

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
        product(tile, block, c);
    }
}

// Whether an epilogue is applied before the sums are stored.
inline bool InRegisters(Epilogue epilogue, Activation activation) {
    return epilogue == Epilogue::none || epilogue == Epilogue::bias || activation.kind == ActivationKind::relu;
}

// What an activation that is not, or its slope, is applied to.
template <class AnyTile>
AnyTile WithoutActivation(AnyTile tile) {
    tile.epilogue = tile.epilogue == Epilogue::slope ? Epilogue::none : Epilogue::bias;
    return tile;
}

inline void Multiply(const Tile& tile) {
    if (InRegisters(tile.epilogue, tile.activation))
        return Product<kPanel, 1>(tile, kPanel);
    alignas(64) float sums[kTileRows * kPanel];
    Tile plain = WithoutActivation(tile);
    plain.out = sums; // not tile.out: the slopes may be there
    Product<kPanel, 1>(plain, kPanel);
    const StoredSums stored{sums, tile.rows, tile.columns, tile.out};
    if (tile.epilogue == Epilogue::activate)
        Activate(tile.activation, stored, tile.slopes);
    else
        TimesSlope(tile.activation, stored, tile.beside);
}
inline void Outer(const Tile& tile) {
    Product<1, kPanel>(tile, HWY_MAX(tile.depth, int64_t{1}));
}

// The pixels of a list entry as factors for whole vectors.
struct BytePixels {
    const float* table;
    explicit BytePixels(const SparseTile& tile) : table(tile.table) {}
    Vec operator()(uint32_t entry, int64_t, int r) const { return hn::Set(kFloats, table[entry >> 8 * r & 255]); }
};
struct FloatPixels {
    const float* values;
    explicit FloatPixels(const SparseTile& tile) : values(tile.values) {}
    Vec operator()(uint32_t, int64_t i, int r) const { return hn::Set(kFloats, values[i * kGroup + r]); }
};

// kVectors vectors of columns, from column c of a panel on; they may go on in the next panel.
template <int kVectors, bool kAccumulate, class Pixels>
HWY_NOINLINE void GatherTile(const SparseTile& tile, int64_t panel, int64_t c) {
    constexpr int64_t kPerPanel = kPanel / kLanes;
    const Pixels pixels(tile);
    const float* HWY_RESTRICT b = tile.b + panel * tile.b_panel_stride + c;
    const float* HWY_RESTRICT bias = tile.bias ? tile.bias + panel * kPanel + c : nullptr;
    float* HWY_RESTRICT out = tile.out + panel * tile.out_panel_stride + c;
    const int64_t stride = tile.b_panel_stride, out_stride = tile.out_panel_stride;
    const uint32_t* HWY_RESTRICT entries = tile.entries;
    const int32_t* starts = tile.starts;
    for (int64_t g = 0; g < tile.groups; ++g, starts += tile.starts_stride, out += kGroup * kPanel) {
        Vec sum[kGroup][kVectors];
        for (int r = 0; r < kGroup; ++r)
            for (int v = 0; v < kVectors; ++v)
                sum[r][v] =
                    kAccumulate
                        ? hn::LoadU(kFloats, out + v / kPerPanel * out_stride + r * kPanel + v % kPerPanel * kLanes)
                        : hn::Zero(kFloats);
        const int64_t end = g * tile.capacity + starts[1];
        for (int64_t i = g * tile.capacity + starts[0]; i < end; ++i) {
            const uint32_t entry = entries[i];
            const float* HWY_RESTRICT from = b + static_cast<int64_t>(entry >> 16) * kPanel;
            Vec row[kVectors];
            for (int v = 0; v < kVectors; ++v)
                row[v] = hn::LoadU(kFloats, from + v / kPerPanel * stride + v % kPerPanel * kLanes);
            for (int r = 0; r < kGroup; ++r) {
                const Vec value = pixels(entry, i, r);
                for (int v = 0; v < kVectors; ++v)
                    sum[r][v] = hn::MulAdd(value, row[v], sum[r][v]);
            }
        }
        StoreSums(sum, tile.epilogue, bias, out, out_stride);
    }
}

// Sums take kGroup times as many registers, so that multiply-adds need not wait for each other.
constexpr int kGatherVectors = 4;
constexpr int64_t kGatherPanels = HWY_MAX(int64_t{1}, kGatherVectors* kLanes / kPanel);
static_assert(kGatherPanels <= kMostGatherPanels);

template <bool kAccumulate, class Pixels>
void GatherPanels(const SparseTile& tile) {
    constexpr int64_t kPerPanel = kPanel / kLanes;
    int64_t panel = 0;
    if constexpr (kGatherPanels > 1) {
        for (; panel + kGatherPanels <= tile.panels; panel += kGatherPanels)
            GatherTile<kGatherVectors, kAccumulate, Pixels>(tile, panel, 0);
    }
    constexpr int kVectors = static_cast<int>(HWY_MIN(int64_t{kGatherVectors}, kPerPanel));
    for (; panel < tile.panels; ++panel) {
        for (int64_t c = 0; c < kPanel; c += kVectors * kLanes)
            GatherTile<kVectors, kAccumulate, Pixels>(tile, panel, c);
    }
}

inline void GatherSums(const SparseTile& tile) {
    if (tile.table)
        tile.accumulate ? GatherPanels<true, BytePixels>(tile) : GatherPanels<false, BytePixels>(tile);
    else
        tile.accumulate ? GatherPanels<true, FloatPixels>(tile) : GatherPanels<false, FloatPixels>(tile);
}

// Groups [first, first + count) of a tile.
inline SparseTile SomeGroups(SparseTile tile, int64_t first, int64_t count) {
    const int64_t entries = first * tile.capacity, values = first * kGroup * kPanel;
    tile.entries += entries;
    if (!tile.table)
        tile.values += entries * kGroup;
    tile.starts += first * tile.starts_stride;
    tile.groups = count;
    tile.out += values;
    if (tile.slopes)
        tile.slopes += values;
    return tile;
}

inline void Gather(const SparseTile& tile) {
    if (InRegisters(tile.epilogue, tile.activation))
        return GatherSums(tile);
    constexpr int64_t kAtOnce = 16; // their sums stay in the innermost cache
    for (int64_t first = 0; first < tile.groups; first += kAtOnce) {
        const SparseTile some = SomeGroups(tile, first, HWY_MIN(kAtOnce, tile.groups - first));
        GatherSums(WithoutActivation(some));
        for (int64_t panel = 0; panel < some.panels; ++panel) {
            float* const out = some.out + panel * some.out_panel_stride;
            Activate(some.activation, {out, some.groups * kGroup, kPanel, out},
                     some.slopes ? some.slopes + panel * some.out_panel_stride : nullptr);
        }
    }
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
