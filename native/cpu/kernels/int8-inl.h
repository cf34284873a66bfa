// The kernels of int8.h for one target. They are compiled without fused multiply-adds (-ffp-contract=off), in a
// namespace of their own: activation-inl.h gives other bits here than where multiply-adds are fused.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include <cfloat>
#include <cmath>
#include <cstring>
#include <utility>

#include "cpu/kernels/int8.h"
#include "net/activation.h"

#if defined(MN_CPU_INT8_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_INT8_INL_H_
#undef MN_CPU_INT8_INL_H_
#else
#define MN_CPU_INT8_INL_H_
#endif

#undef MN_UNROLL
#define MN_UNROLL _Pragma("GCC unroll 16")

HWY_BEFORE_NAMESPACE();
#if HWY_TARGET == HWY_AVX3_DL // Highway 1.0.3 names avxvnni in its place, machine_has() asks for avx512vnni
#pragma GCC push_options
#pragma GCC target("avx512vnni")
#endif
namespace mn::cpu::int8 {
namespace HWY_NAMESPACE {

#include "cpu/kernels/vectors-inl.h"

using Ints = hn::RebindToSigned<Floats>;
using IntVec = hn::Vec<Ints>;
constexpr Ints kInts;
constexpr int64_t kPerPanel = kPanel / kLanes;

HWY_INLINE Vec mul_add(Vec a, Vec b, Vec c) {
    return hn::Add(hn::Mul(a, b), c);
}
HWY_INLINE Vec mul_sub(Vec a, Vec b, Vec c) {
    return hn::Sub(hn::Mul(a, b), c);
}
HWY_INLINE Vec neg_mul_add(Vec a, Vec b, Vec c) {
    return hn::Sub(c, hn::Mul(a, b));
}

#include "net/activation-inl.h"

// sum + the products of two numbers of 16 bits in each lane.
struct Pairs {
    static constexpr int64_t kInputs = 2;
    using Input = int16_t;
#if HWY_TARGET == HWY_NEON // with 32 registers
    static constexpr int kTileRows = 12;
#else
    static constexpr int kTileRows = 6;
#endif
    static constexpr int kChains = 1;

    static HWY_INLINE IntVec Add(IntVec sum, IntVec x, IntVec w) {
#if HWY_TARGET == HWY_AVX2
        return hn::Add(sum, IntVec{_mm256_madd_epi16(x.raw, w.raw)});
#elif HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SSE4
        return hn::Add(sum, IntVec{_mm_madd_epi16(x.raw, w.raw)});
#elif HWY_TARGET == HWY_NEON
        const int16x8_t a = vreinterpretq_s16_s32(x.raw), b = vreinterpretq_s16_s32(w.raw);
        return hn::Add(sum, IntVec(vpaddq_s32(vmull_s16(vget_low_s16(a), vget_low_s16(b)), vmull_high_s16(a, b))));
#else
        const auto low = [](IntVec v) HWY_ATTR { return hn::ShiftRight<16>(hn::ShiftLeft<16>(v)); };
        const auto high = [](IntVec v) HWY_ATTR { return hn::ShiftRight<16>(v); };
        return hn::Add(hn::Add(sum, hn::Mul(low(x), low(w))), hn::Mul(high(x), high(w)));
#endif
    }
};

#if HWY_TARGET == HWY_AVX3_DL
// sum + the products of four bytes in each lane, of which those of x have no sign; nothing is cut off.
struct Quads {
    static constexpr int64_t kInputs = 4;
    using Input = uint8_t;
    static constexpr int kTileRows = 12;
    static constexpr int kChains = 2; // each addition waits for the one before it

    static HWY_INLINE IntVec Add(IntVec sum, IntVec x, IntVec w) {
        return IntVec{_mm512_dpbusd_epi32(sum.raw, x.raw, w.raw)};
    }
};
using Words = Quads;
#else
using Words = Pairs;
#endif

// A word that was written as the inputs in it.
HWY_INLINE uint32_t WordAt(const uint32_t* word) {
    uint32_t bits;
    std::memcpy(&bits, word, sizeof(bits));
    return bits;
}
HWY_INLINE IntVec Broadcast(uint32_t word) {
    return hn::Set(kInts, static_cast<int32_t>(word));
}
HWY_INLINE IntVec LoadWords(const uint32_t* words) {
    return hn::LoadU(kInts, reinterpret_cast<const int32_t*>(words));
}

// What becomes of sums [rows][columns], rows from `row` on and columns from column c of a panel on, which lie here for
// a moment: compiled into every tile, this would take more room than all the rest.
struct Sums {
    const Int8Tile& tile;
    int64_t row, rows, panel, c, columns;
    const int32_t* values;
};

HWY_NOINLINE inline void Finish(const Sums& sums) {
    const Int8Tile& tile = sums.tile;
    const int64_t first = sums.panel * kPanel + sums.c;
    const Vec zeros = hn::Zero(kFloats);
    const int32_t* values = sums.values;
    for (int64_t r = sums.row; r < sums.row + sums.rows; ++r, values += sums.columns) {
        const ByteScale byte = tile.scales[r];
        const Vec scale = hn::Set(kFloats, byte.scale);
        const IntVec zero = hn::Set(kInts, byte.zero);
        float* const out = tile.out + sums.panel * tile.out_panel_stride + r * kPanel + sums.c;
        for (int64_t c = 0; c < sums.columns; c += kLanes) {
            IntVec sum = hn::LoadU(kInts, values + c);
            if (byte.zero != 0)
                sum = hn::Sub(sum, hn::Mul(zero, hn::LoadU(kInts, tile.column_sums + first + c)));
            const Vec factor = hn::Mul(scale, hn::LoadU(kFloats, tile.column_scales + first + c));
            const Vec bias = hn::LoadU(kFloats, tile.bias + first + c);
            const Vec value = hn::Add(hn::Mul(hn::ConvertTo(kFloats, sum), factor), bias);
            hn::StoreU(tile.relu ? select_less(value, zeros, zeros, value) : value, kFloats, out + c);
        }
    }
}

// kRows rows from `row` on, kVectors vectors of a panel from column c on.
template <class Dot, int kRows, int kVectors>
HWY_NOINLINE void ProductTile(const Int8Tile& tile, int64_t row, int64_t panel, int64_t c) {
    IntVec sum[kRows][kVectors];
    MN_UNROLL
    for (int r = 0; r < kRows; ++r)
        MN_UNROLL
    for (int v = 0; v < kVectors; ++v)
        sum[r][v] = hn::Zero(kInts);
    const uint32_t* HWY_RESTRICT a = tile.words + row * tile.word_stride;
    const uint32_t* HWY_RESTRICT b = tile.b + panel * tile.b_panel_stride + c;
    const int64_t depth = tile.depth, stride = tile.word_stride;
    for (int64_t k = 0; k < depth; ++k, ++a, b += kPanel) {
        IntVec w[kVectors];
        MN_UNROLL
        for (int v = 0; v < kVectors; ++v)
            w[v] = LoadWords(b + v * kLanes);
        MN_UNROLL
        for (int r = 0; r < kRows; ++r) {
            const IntVec x = Broadcast(WordAt(a + r * stride));
            MN_UNROLL
            for (int v = 0; v < kVectors; ++v)
                sum[r][v] = Dot::Add(sum[r][v], x, w[v]);
        }
    }
    alignas(64) int32_t values[kRows * kVectors * kLanes];
    MN_UNROLL
    for (int r = 0; r < kRows; ++r)
        MN_UNROLL
    for (int v = 0; v < kVectors; ++v)
        hn::StoreU(sum[r][v], kInts, values + (r * kVectors + v) * kLanes);
    Finish({tile, row, kRows, panel, c, kVectors * kLanes, values});
}

// ProductTile for kRows rows as often as they fit from `row` on, then for the numbers of rows that follow.
template <class Dot, int kVectors, int kRows, int... kFewer>
HWY_INLINE void ProductRows(const Int8Tile& tile, int64_t row, int64_t panel, int64_t c) {
    for (; row + kRows <= tile.rows; row += kRows)
        ProductTile<Dot, kRows, kVectors>(tile, row, panel, c);
    if constexpr (sizeof...(kFewer) > 0)
        ProductRows<Dot, kVectors, kFewer...>(tile, row, panel, c);
}

template <class Dot>
void Multiply(const Int8Tile& tile) {
    constexpr int kVectors = static_cast<int>(HWY_MIN(int64_t{2}, kPerPanel));
    for (int64_t panel = 0; panel < tile.panels; ++panel) {
        for (int64_t c = 0; c < kPanel; c += kVectors * kLanes) {
            if constexpr (Dot::kTileRows == 12)
                ProductRows<Dot, kVectors, 12, 6, 3, 1>(tile, 0, panel, c);
            else
                ProductRows<Dot, kVectors, 6, 3, 1>(tile, 0, panel, c);
        }
    }
}

// A word times the row of B that is at `b` in the first of some panels.
template <class Dot, int kVectors>
HWY_INLINE void AddEntry(uint32_t word, const uint32_t* HWY_RESTRICT b, int64_t stride, IntVec (&sum)[kVectors]) {
    const IntVec x = Broadcast(word);
    MN_UNROLL
    for (int v = 0; v < kVectors; ++v)
        sum[v] = Dot::Add(sum[v], x, LoadWords(b + v / kPerPanel * stride + v % kPerPanel * kLanes));
}

// kVectors vectors from column c of a panel on; they may go on in the next panel. The entries of a row's list take
// turns at kChains sums.
template <class Dot, int kVectors>
HWY_NOINLINE void GatherTile(const Int8Tile& tile, int64_t panel, int64_t c) {
    constexpr int kChains = Dot::kChains;
    static_assert(kChains <= 2, "list() puts one zero behind a list");
    const uint32_t* HWY_RESTRICT b = tile.b + panel * tile.b_panel_stride + c;
    const int64_t stride = tile.b_panel_stride;
    for (int64_t row = 0; row < tile.rows; ++row) {
        const uint32_t* HWY_RESTRICT words = tile.words + row * tile.word_stride;
        const int32_t* HWY_RESTRICT index = tile.index + row * tile.word_stride;
        const int64_t count = tile.counts[row];
        IntVec sum[kChains][kVectors];
        MN_UNROLL
        for (int chain = 0; chain < kChains; ++chain)
            MN_UNROLL
        for (int v = 0; v < kVectors; ++v)
            sum[chain][v] = hn::Zero(kInts);
        for (int64_t i = 0; i < count; i += kChains) { // maybe a zero behind the list
            MN_UNROLL
            for (int chain = 0; chain < kChains; ++chain)
                AddEntry<Dot>(words[i + chain], b + index[i + chain] * kPanel, stride, sum[chain]);
        }
        alignas(64) int32_t values[kVectors * kLanes];
        MN_UNROLL
        for (int v = 0; v < kVectors; ++v) {
            IntVec total = sum[0][v];
            MN_UNROLL
            for (int chain = 1; chain < kChains; ++chain)
                total = hn::Add(total, sum[chain][v]);
            hn::StoreU(total, kInts, values + v * kLanes);
        }
        constexpr int64_t kColumns = HWY_MIN(int64_t{kVectors} * kLanes, kPanel); // in a panel
        for (int64_t p = 0; p < kVectors * kLanes / kColumns; ++p)
            Finish({tile, row, 1, panel + p, c, kColumns, values + p * kColumns});
    }
}

// As many panels from `panel` on as come together in kVectors vectors; returns the panel after them.
template <class Dot, int kVectors>
HWY_INLINE int64_t GatherPanels(const Int8Tile& tile, int64_t panel) {
    constexpr int64_t kAtOnce = kVectors * kLanes / kPanel;
    if constexpr (kAtOnce > 1) {
        for (; panel + kAtOnce <= tile.panels; panel += kAtOnce)
            GatherTile<Dot, kVectors>(tile, panel, 0);
    }
    return panel;
}

template <class Dot>
void Gather(const Int8Tile& tile) {
    constexpr int kVectors = 4;
    int64_t panel = 0;
    // One row finds no weights near that the row before it has used: more of them are asked for at a time.
    if (tile.rows == 1)
        panel = GatherPanels<Dot, 2 * kVectors>(tile, panel);
    panel = GatherPanels<Dot, kVectors>(tile, panel);
    constexpr int kRest = static_cast<int>(HWY_MIN(int64_t{kVectors}, kPerPanel));
    for (; panel < tile.panels; ++panel)
        for (int64_t c = 0; c < kPanel; c += kRest * kLanes)
            GatherTile<Dot, kRest>(tile, panel, c);
}

#if HWY_TARGET == HWY_AVX2
// For each set of lanes the numbers of those in it, 4 bits each from the lowest on.
struct LaneSets {
    uint32_t lanes[256] = {};

    constexpr LaneSets() {
        for (uint32_t set = 0; set < 256; ++set) {
            int at = 0;
            for (uint32_t lane = 0; lane < 8; ++lane) {
                if (set >> lane & 1)
                    lanes[set] |= lane << (4 * at++);
            }
        }
    }
};
inline constexpr LaneSets kLaneSets;

// The lanes that the mask has, to the front. Highway 1.0.3's own copies its table to the stack at each call.
HWY_INLINE IntVec ToFront(IntVec v, hn::Mask<Ints> mask) {
    const int set = _mm256_movemask_ps(_mm256_castsi256_ps(hn::VecFromMask(kInts, mask).raw));
    const __m256i shifts = hn::ShiftLeft<2>(hn::Iota(kInts, 0)).raw;
    const __m256i lanes = _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(kLaneSets.lanes[set])), shifts);
    return IntVec{_mm256_permutevar8x32_epi32(v.raw, lanes)};
}
#elif HWY_TARGET == HWY_AVX3_DL
HWY_INLINE IntVec ToFront(IntVec v, hn::Mask<Ints> mask) {
    return hn::Compress(v, mask);
}
#endif

inline int64_t List(const uint32_t* HWY_RESTRICT words, int64_t count, int32_t* HWY_RESTRICT index,
                    uint32_t* HWY_RESTRICT listed) {
    int64_t found = 0;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3_DL
    IntVec numbers = hn::Iota(kInts, 0);
    for (int64_t i = 0; i < count; i += kLanes) {
        const IntVec some = LoadWords(words + i);
        const auto mask = hn::Ne(some, hn::Zero(kInts));
        hn::StoreU(ToFront(some, mask), kInts, reinterpret_cast<int32_t*>(listed + found));
        hn::StoreU(ToFront(numbers, mask), kInts, index + found);
        numbers = hn::Add(numbers, hn::Set(kInts, static_cast<int32_t>(kLanes)));
        found += static_cast<int64_t>(hn::CountTrue(kInts, mask));
    }
#else
    for (int64_t i = 0; i < count; ++i) { // without a branch: zeros are overwritten
        const uint32_t word = WordAt(words + i);
        listed[found] = word;
        index[found] = static_cast<int32_t>(i);
        found += word != 0;
    }
#endif
    listed[found] = 0;
    index[found] = 0;
    return found;
}

// The last panel of inputs, with zeros.
template <class Input>
void FillUp(Input* inputs, int64_t count) {
    for (int64_t i = count; i % kPanel != 0; ++i)
        inputs[i] = 0;
}

template <class Dot>
void TakeBytes(const uint8_t* HWY_RESTRICT bytes, int64_t count, uint32_t* HWY_RESTRICT words) {
    auto* const inputs = reinterpret_cast<typename Dot::Input*>(words);
    if constexpr (sizeof(*inputs) == 1) {
        std::memcpy(inputs, bytes, static_cast<size_t>(count));
    } else {
        for (int64_t i = 0; i < count; ++i)
            inputs[i] = bytes[i];
    }
    FillUp(inputs, count);
}

// 1.5 * 2^23: a number up to 2^22 that is added to it is rounded to a whole one, in its lowest bits.
constexpr float kRound = 12582912.0f;
constexpr int32_t kRoundBits = 0x4B400000;

inline int32_t Rounded(float x) {
    const float shifted = x + kRound;
    int32_t bits;
    std::memcpy(&bits, &shifted, sizeof(bits));
    return bits - kRoundBits;
}

// Calls visit(values [kPanel], first column) for each panel, the last one with zeros beyond `count`.
template <class Visit>
HWY_INLINE void EachPanel(const float* values, int64_t panel_stride, int64_t count, const Visit& visit) {
    int64_t first = 0;
    for (; first + kPanel <= count; first += kPanel, values += panel_stride)
        visit(values, first);
    if (first < count) {
        alignas(64) float rest[kPanel] = {};
        std::memcpy(rest, values, static_cast<size_t>(count - first) * sizeof(float));
        visit(rest, first);
    }
}

// By their range, which 0 is in, and NaN where one of them is not finite.
inline ByteScale ScaleOf(const float* values, int64_t panel_stride, int64_t count, float& to_bytes) {
    Vec low = hn::Zero(kFloats), high = low, poison = low;
    EachPanel(values, panel_stride, count, [&](const float* panel, int64_t) MN_LAMBDA {
        for (int64_t c = 0; c < kPanel; c += kLanes) {
            const Vec v = hn::LoadU(kFloats, panel + c);
            low = hn::Min(low, v);
            high = hn::Max(high, v);
            poison = hn::Add(poison, hn::Mul(v, hn::Zero(kFloats))); // NaN of what is not finite
        }
    });
    float lows[kLanes], highs[kLanes], poisons[kLanes];
    hn::StoreU(low, kFloats, lows);
    hn::StoreU(high, kFloats, highs);
    hn::StoreU(poison, kFloats, poisons);
    float least = 0, most = 0, bad = 0;
    for (int64_t i = 0; i < kLanes; ++i) {
        least = HWY_MIN(least, lows[i]);
        most = HWY_MAX(most, highs[i]);
        bad += poisons[i];
    }
    constexpr float kUnit = 1.0f / 255;
    const float step = most * kUnit - least * kUnit + bad;
    to_bytes = 0;
    if (std::isnan(step))
        return {step, 0};
    if (step < FLT_MIN) // as good as 0, and its reciprocal may be none
        return {0, 0};
    to_bytes = 1 / step;
    return {step, Rounded(-least * to_bytes)};
}

template <class Dot>
ByteScale Quantise(const float* values, int64_t panel_stride, int64_t count, uint32_t* words) {
    using Input = typename Dot::Input;
    const hn::Rebind<Input, Ints> narrow;
    auto* const inputs = reinterpret_cast<Input*>(words);
    float to_bytes;
    const ByteScale scale = ScaleOf(values, panel_stride, count, to_bytes);
    const Vec factor = hn::Set(kFloats, to_bytes), round = hn::Set(kFloats, kRound);
    const IntVec shift = hn::Set(kInts, scale.zero - kRoundBits), most = hn::Set(kInts, 255);
    EachPanel(values, panel_stride, count, [&](const float* panel, int64_t first) MN_LAMBDA {
        for (int64_t c = 0; c < kPanel; c += kLanes) {
            const Vec shifted = hn::Add(hn::Mul(hn::LoadU(kFloats, panel + c), factor), round);
            const IntVec byte = hn::Add(hn::BitCast(kInts, shifted), shift);
            const IntVec within = hn::Max(hn::Zero(kInts), hn::Min(byte, most));
            hn::StoreU(hn::DemoteTo(narrow, within), narrow, inputs + first + c);
        }
    });
    FillUp(inputs, count);
    return scale;
}

inline void Activate(Activation activation, float* values, int64_t count) {
    with_activation(activation.kind, [&](auto chosen) HWY_ATTR {
        const float parameter = static_cast<float>(activation.parameter);
        for (int64_t i = 0; i < count; i += kLanes) {
            const Vec value = ActivationRule<chosen.value>::value(hn::LoadU(kFloats, values + i), parameter);
            hn::StoreU(value, kFloats, values + i);
        }
    });
}

template <class Dot>
constexpr Int8Kernels kernels_with() {
    return {Dot::kInputs, Multiply<Dot>, Gather<Dot>, List, TakeBytes<Dot>, Quantise<Dot>, Activate};
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu::int8
#if HWY_TARGET == HWY_AVX3_DL
#pragma GCC pop_options
#endif
HWY_AFTER_NAMESPACE();

#endif
