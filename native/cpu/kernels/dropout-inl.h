// Dropout: which values are kept, a bit each, and leaving out those that are not.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include <cstring>

#include "cpu/kernels/kernels.h"
#include "cpu/kernels/product-inl.h"

#if defined(MN_CPU_DROPOUT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_DROPOUT_INL_H_
#undef MN_CPU_DROPOUT_INL_H_
#else
#define MN_CPU_DROPOUT_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
// One counter at a time.
HWY_INLINE uint32_t words_like(uint32_t, uint32_t x) {
    return x;
}
HWY_INLINE uint64_t wide_product(uint32_t word, uint32_t x) {
    return static_cast<uint64_t>(word) * x;
}
HWY_INLINE uint32_t high_word(uint64_t product) {
    return static_cast<uint32_t>(product >> 32);
}
HWY_INLINE uint32_t low_word(uint64_t product) {
    return static_cast<uint32_t>(product);
}
HWY_INLINE uint32_t xor_of(uint32_t a, uint32_t b, uint32_t c) {
    return a ^ b ^ c;
}
#include "net/philox-inl.h"

// The bits of kPanel columns from column kPanel * panel on.
HWY_INLINE uint32_t KeptInPanel(const Dropout& dropout, uint32_t row, uint32_t panel) {
    uint32_t kept = 0;
    constexpr uint32_t kGroups = static_cast<uint32_t>(kPanel / 4); // of four columns
    for (uint32_t group = 0; group < kGroups; ++group) {
        uint32_t words[4] = {panel * kGroups + group, row, dropout.step, dropout.layer};
        philox(words, dropout.key[0], dropout.key[1]);
        for (uint32_t i = 0; i < 4; ++i)
            kept |= static_cast<uint32_t>(words[i] >= dropout.threshold) << (4 * group + i);
    }
    return kept;
}
#else
// Words lie in the lower halves of 64-bit lanes, where a product takes them from, a counter in each lane.
using WideWords = hn::CappedTag<uint64_t, 8>;
using Words = hn::Repartition<uint32_t, WideWords>;
using WideWordVec = hn::Vec<WideWords>;
constexpr WideWords kWideWords;
constexpr Words kWords;
constexpr int kCounters = static_cast<int>(hn::MaxLanes(kWideWords));

HWY_INLINE WideWordVec words_like(WideWordVec, uint32_t x) {
    return hn::Set(kWideWords, x);
}
HWY_INLINE WideWordVec wide_product(WideWordVec words, uint32_t x) {
    return hn::MulEven(hn::BitCast(kWords, words), hn::Set(kWords, x));
}
HWY_INLINE WideWordVec high_word(WideWordVec product) {
    return hn::ShiftRight<32>(product);
}
HWY_INLINE WideWordVec low_word(WideWordVec product) {
    return product;
}
HWY_INLINE WideWordVec xor_of(WideWordVec a, WideWordVec b, WideWordVec c) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return WideWordVec{_mm512_ternarylogic_epi64(a.raw, b.raw, c.raw, 0x96)};
#else
    return hn::Xor(hn::Xor(a, b), c);
#endif
}
#include "net/philox-inl.h"

// Which counter a lane has: the words of even lanes come to lie before those of odd ones.
struct alignas(64) LaneOrder {
    uint64_t lanes[kCounters];
    constexpr LaneOrder() : lanes() {
        for (int i = 0; i < kCounters; ++i)
            lanes[i] = static_cast<uint64_t>(i % 2 * (kCounters / 2) + i / 2);
    }
};

// The bits of kPanel columns from column kPanel * panel on.
HWY_INLINE uint32_t KeptInPanel(const Dropout& dropout, uint32_t row, uint32_t panel) {
    static constexpr LaneOrder kOrder;
    constexpr int kGroups = static_cast<int>(kPanel / 4); // of four columns
    const auto threshold = hn::Set(kWords, dropout.threshold);
    const auto first =
        hn::Add(hn::Load(kWideWords, kOrder.lanes), hn::Set(kWideWords, static_cast<uint64_t>(panel) * kGroups));
    uint32_t kept = 0;
    for (int group = 0; group < kGroups; group += kCounters) {
        WideWordVec words[4] = {hn::Add(first, hn::Set(kWideWords, static_cast<uint64_t>(group))),
                                hn::Set(kWideWords, row), hn::Set(kWideWords, dropout.step),
                                hn::Set(kWideWords, dropout.layer)};
        philox(words, dropout.key[0], dropout.key[1]);
        const auto together = [&](WideWordVec even, WideWordVec odd) HWY_ATTR {
            return hn::BitCast(kWideWords,
                               hn::OddEven(hn::BitCast(kWords, hn::ShiftLeft<32>(odd)), hn::BitCast(kWords, even)));
        };
        const auto bits_of = [&](WideWordVec drawn) HWY_ATTR {
            alignas(8) uint8_t bits[8] = {};
            const auto bare = hn::BitCast(kWords, drawn);
            hn::StoreMaskBits(kWords, hn::Eq(hn::Max(bare, threshold), bare), bits);
            return static_cast<uint32_t>(bits[0] | bits[1] << 8);
        };
        const WideWordVec low = together(words[0], words[1]), high = together(words[2], words[3]);
        const uint32_t before = bits_of(hn::InterleaveLower(kWideWords, low, high));
        const uint32_t behind = bits_of(hn::InterleaveUpper(kWideWords, low, high));
        kept |= (before | behind << 2 * kCounters) << 4 * group;
    }
    return kept;
}
#endif

inline void DrawKept(const Dropout& dropout, const int32_t* rows, int64_t count, int64_t panel,
                     uint32_t* HWY_RESTRICT kept) {
    for (int64_t i = 0; i < count; ++i)
        kept[i] = KeptInPanel(dropout, static_cast<uint32_t>(rows[i]), static_cast<uint32_t>(panel));
}

HWY_INLINE bool AnyNonZero(const uint8_t* bytes, int64_t count) {
    uint64_t some = 0;
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight;
        std::memcpy(&eight, bytes + i, sizeof eight);
        some |= eight;
    }
    for (; i < count; ++i)
        some |= bytes[i];
    return some != 0;
}

inline void DrawKeptPixels(const Dropout& dropout, int32_t row, const void* pixels, int64_t pixel_bytes,
                           int64_t columns, uint32_t* HWY_RESTRICT kept) {
    const uint8_t* const bytes = static_cast<const uint8_t*>(pixels);
    for (int64_t first = 0, panel = 0; first < columns; first += kPanel, ++panel) {
        if (AnyNonZero(bytes + first * pixel_bytes, HWY_MIN(kPanel, columns - first) * pixel_bytes))
            kept[panel] = KeptInPanel(dropout, static_cast<uint32_t>(row), static_cast<uint32_t>(panel));
    }
}

inline void KeepBytes(const uint8_t* HWY_RESTRICT bytes, const uint32_t* HWY_RESTRICT kept, int64_t count,
                      uint8_t* HWY_RESTRICT out) {
    const auto* const bits = reinterpret_cast<const uint8_t*>(kept);
    int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    const hn::CappedTag<uint8_t, kPanel> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; i + lanes <= count; i += lanes)
        hn::StoreU(hn::IfThenElseZero(hn::LoadMaskBits(d, bits + i / 8), hn::LoadU(d, bytes + i)), d, out + i);
#endif
    for (; i < count; ++i)
        out[i] = static_cast<uint8_t>(bits[i / 8] >> i % 8 & 1 ? bytes[i] : 0);
}

struct alignas(64) EachBit {
    uint32_t bits[kPanel];
    constexpr EachBit() : bits() {
        for (int i = 0; i < kPanel; ++i)
            bits[i] = uint32_t{1} << i;
    }
};

// values and out may be the same.
inline void KeepFloats(const float* values, const uint32_t* HWY_RESTRICT kept, int64_t count, float scale, float* out) {
    static constexpr EachBit kEachBit;
    const hn::RebindToUnsigned<Floats> words;
    const Vec factor = hn::Set(kFloats, scale);
    int64_t i = 0;
    for (; i + kPanel <= count; i += kPanel) {
        const auto word = hn::Set(words, kept[i / kPanel]);
        MN_UNROLL
        for (int64_t c = 0; c < kPanel; c += kLanes) {
            const auto mask = hn::RebindMask(kFloats, hn::TestBit(word, hn::Load(words, kEachBit.bits + c)));
            hn::StoreU(hn::IfThenElseZero(mask, hn::Mul(hn::LoadU(kFloats, values + i + c), factor)), kFloats,
                       out + i + c);
        }
    }
    for (; i < count; ++i)
        out[i] = kept[i / kPanel] >> i % kPanel & 1 ? values[i] * scale : 0;
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
