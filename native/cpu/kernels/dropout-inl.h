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

constexpr int kDrawRows = 1; // at a time

// Draws the bits of kPanel columns from column kPanel * panel on.
class PanelDraws {
  public:
    PanelDraws(const Dropout& dropout, uint32_t panel) : dropout_(dropout), panel_(panel) {}

    void operator()(const uint32_t (&rows)[kDrawRows], uint32_t (&kept)[kDrawRows]) const {
        constexpr uint32_t kGroups = static_cast<uint32_t>(kPanel / 4); // of four columns
        kept[0] = 0;
        for (uint32_t group = 0; group < kGroups; ++group) {
            uint32_t words[4] = {panel_ * kGroups + group, rows[0], dropout_.step, dropout_.layer};
            philox(words, [&](int round, int i) { return philox_key(dropout_.key[i], round, i); });
            for (uint32_t i = 0; i < 4; ++i)
                kept[0] |= static_cast<uint32_t>(words[i] >= dropout_.threshold) << (4 * group + i);
        }
    }

  private:
    const Dropout& dropout_;
    uint32_t panel_;
};
#else
// Words lie in the lower halves of 64-bit lanes, where a product takes them from, a counter in each lane.
using WideWords = hn::CappedTag<uint64_t, 8>;
using Words = hn::Repartition<uint32_t, WideWords>;
using WideWordVec = hn::Vec<WideWords>;
constexpr WideWords kWideWords;
constexpr Words kWords;
constexpr int kCounters = static_cast<int>(hn::MaxLanes(kWideWords));
constexpr int kPanelCounters = static_cast<int>(kPanel / 4);
// Vectors for a panel of a row, and rows at a time: a product takes long, so that there are four to wait for.
constexpr int kPanelVectors = kPanelCounters / kCounters, kDrawRows = HWY_MAX(1, 4 / kPanelVectors);

// The same word of several vectors' counters.
template <int kCount>
struct WordVecs {
    WideWordVec v[kCount];
    HWY_INLINE WordVecs() {} // an implicit one would be compiled for the baseline, where ARM's vectors cannot be made
};

template <int kCount, class Make>
HWY_INLINE WordVecs<kCount> each_vector(const Make& make) {
    WordVecs<kCount> words;
    MN_UNROLL
    for (int i = 0; i < kCount; ++i)
        words.v[i] = make(i);
    return words;
}
HWY_INLINE WideWordVec wide_product(WideWordVec words, uint32_t x) {
    return hn::MulEven(hn::BitCast(kWords, words), hn::Set(kWords, x));
}
HWY_INLINE WideWordVec high_word(WideWordVec product) {
    return hn::ShiftRight<32>(product);
}
HWY_INLINE WideWordVec xor_of(WideWordVec a, WideWordVec b) {
    return hn::Xor(a, b);
}
HWY_INLINE WideWordVec xor_of(WideWordVec a, WideWordVec b, WideWordVec c) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    return WideWordVec{_mm512_ternarylogic_epi64(a.raw, b.raw, c.raw, 0x96)};
#else
    return hn::Xor(a, hn::Xor(b, c));
#endif
}
template <int kCount>
HWY_INLINE WordVecs<kCount> wide_product(const WordVecs<kCount>& words, uint32_t x) {
    return each_vector<kCount>([&](int i) MN_LAMBDA { return wide_product(words.v[i], x); });
}
template <int kCount>
HWY_INLINE WordVecs<kCount> high_word(const WordVecs<kCount>& product) {
    return each_vector<kCount>([&](int i) MN_LAMBDA { return high_word(product.v[i]); });
}
template <int kCount>
HWY_INLINE const WordVecs<kCount>& low_word(const WordVecs<kCount>& product) {
    return product;
}
template <int kCount>
HWY_INLINE WordVecs<kCount> xor_of(const WordVecs<kCount>& a, const WordVecs<kCount>& b, WideWordVec c) {
    return each_vector<kCount>([&](int i) MN_LAMBDA { return xor_of(a.v[i], b.v[i], c); });
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

// Draws the bits of kPanel columns from column kPanel * panel on, some rows at a time. Of Philox's first three rounds,
// most is the same in each row or in each column: what the column decides is done once, the row's part by plain
// numbers.
class PanelDraws {
  public:
    HWY_INLINE PanelDraws(const Dropout& dropout, uint32_t panel)
        : row_key_(high_of_step(dropout) ^ dropout.key[0]), threshold_(hn::Set(kWords, dropout.threshold)) {
        static constexpr LaneOrder kOrder;
        for (int round = 1; round < kPhiloxRounds; ++round)
            for (int i = 0; i < 2; ++i)
                keys_[round][i] = set(philox_key(dropout.key[i], round, i));
        const WideWordVec of_layer = set(dropout.layer ^ dropout.key[1]);
        const WideWordVec of_step = xor_of(set(plain_product(dropout.step, 1)), keys_[1][0]);
        for (int i = 0; i < kPanelVectors; ++i) {
            const uint64_t column =
                static_cast<uint64_t>(panel) * kPanelCounters + static_cast<uint64_t>(i * kCounters);
            const WideWordVec columns = hn::Add(hn::Load(kWideWords, kOrder.lanes), set(column));
            const WideWordVec first = wide_product(columns, kPhiloxFactors[0]);
            const WideWordVec second = wide_product(xor_of(high_word(first), of_layer), kPhiloxFactors[1]);
            const WideWordVec third = wide_product(xor_of(high_word(second), of_step), kPhiloxFactors[0]);
            factor_[i] = xor_of(first, keys_[1][1]);
            words_[0][i] = xor_of(second, keys_[2][0]);
            words_[1][i] = xor_of(high_word(third), keys_[2][1]);
            words_[2][i] = third;
        }
    }

    HWY_INLINE void operator()(const uint32_t (&rows)[kDrawRows], uint32_t (&kept)[kDrawRows]) const {
        constexpr int kCount = kDrawRows * kPanelVectors;
        using Several = WordVecs<kCount>;
        uint64_t of_row[kDrawRows];
        for (int r = 0; r < kDrawRows; ++r)
            of_row[r] = plain_product(row_key_ ^ rows[r], 0);
        const auto each = [](const auto& make) MN_LAMBDA {
            return each_vector<kCount>([&](int i) MN_LAMBDA { return make(i / kPanelVectors, i % kPanelVectors); });
        };
        const Several b = each([&](int r, int v) MN_LAMBDA {
            return wide_product(xor_of(factor_[v], set(of_row[r] >> 32)), kPhiloxFactors[1]);
        });
        Several words[4] = {
            each([&](int r, int v) MN_LAMBDA { return xor_of(high_word(b.v[r * kPanelVectors + v]), words_[0][v]); }),
            b, each([&](int r, int v) MN_LAMBDA { return xor_of(words_[1][v], set(of_row[r])); }),
            each([&](int, int v) MN_LAMBDA { return words_[2][v]; })};
        philox(
            words, [this](int round, int i) MN_LAMBDA { return keys_[round][i]; }, 3);
        MN_UNROLL
        for (int r = 0; r < kDrawRows; ++r) {
            kept[r] = 0;
            MN_UNROLL
            for (int v = 0; v < kPanelVectors; ++v) {
                const int i = r * kPanelVectors + v;
                kept[r] |= kept_of(words[0].v[i], words[1].v[i], words[2].v[i], words[3].v[i]) << 4 * kCounters * v;
            }
        }
    }

  private:
    static HWY_INLINE uint64_t plain_product(uint32_t word, int factor) {
        return static_cast<uint64_t>(word) * kPhiloxFactors[factor];
    }
    static HWY_INLINE uint32_t high_of_step(const Dropout& dropout) {
        return static_cast<uint32_t>(plain_product(dropout.step, 1) >> 32);
    }
    static HWY_INLINE WideWordVec set(uint64_t x) { return hn::Set(kWideWords, x); }

    // The bits of a vector's counters.
    HWY_INLINE uint32_t kept_of(WideWordVec w0, WideWordVec w1, WideWordVec w2, WideWordVec w3) const {
        const auto together = [](WideWordVec even, WideWordVec odd) MN_LAMBDA {
            return hn::BitCast(kWideWords,
                               hn::OddEven(hn::BitCast(kWords, hn::ShiftLeft<32>(odd)), hn::BitCast(kWords, even)));
        };
        const auto bits_of = [this](WideWordVec drawn) MN_LAMBDA {
            alignas(8) uint8_t bits[8] = {};
            const auto bare = hn::BitCast(kWords, drawn);
            hn::StoreMaskBits(kWords, hn::Eq(hn::Max(bare, threshold_), bare), bits);
            return static_cast<uint32_t>(bits[0] | bits[1] << 8);
        };
        const WideWordVec low = together(w0, w1), high = together(w2, w3);
        const uint32_t before = bits_of(hn::InterleaveLower(kWideWords, low, high));
        return before | bits_of(hn::InterleaveUpper(kWideWords, low, high)) << 2 * kCounters;
    }

    uint32_t row_key_;
    hn::Vec<Words> threshold_;
    WideWordVec keys_[kPhiloxRounds][2];
    // What the columns decide of the third round's row-dependent factor, and of words 0, 2 and 3 behind that round.
    WideWordVec factor_[kPanelVectors], words_[3][kPanelVectors];
};
#endif

inline void DrawKept(const Dropout& dropout, const int32_t* rows, int64_t count, int64_t panel,
                     uint32_t* HWY_RESTRICT kept) {
    const PanelDraws draws(dropout, static_cast<uint32_t>(panel));
    for (int64_t at = 0; at < count; at += kDrawRows) {
        uint32_t some[kDrawRows], bits[kDrawRows];
        const int64_t size = HWY_MIN(int64_t{kDrawRows}, count - at);
        for (int64_t r = 0; r < kDrawRows; ++r)
            some[r] = static_cast<uint32_t>(rows[at + HWY_MIN(r, size - 1)]);
        draws(some, bits);
        for (int64_t r = 0; r < size; ++r)
            kept[at + r] = bits[r];
    }
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

// In the order of panels, of which each row has its pixels in about the same ones.
inline void DrawKeptPixels(const Dropout& dropout, const PixelRows& pixels, uint32_t* HWY_RESTRICT kept,
                           int64_t kept_stride) {
    int32_t rows[kMostPixelRows], listed[kMostPixelRows];
    uint32_t bits[kMostPixelRows];
    for (int64_t first = 0, panel = 0; first < pixels.columns; first += kPanel, ++panel) {
        const int64_t bytes = HWY_MIN(kPanel, pixels.columns - first) * pixels.pixel_bytes;
        int64_t count = 0;
        for (int64_t i = 0; i < pixels.count; ++i) {
            listed[count] = static_cast<int32_t>(i);
            rows[count] = pixels.rows[i];
            count += AnyNonZero(static_cast<const uint8_t*>(pixels.pixels[i]) + first * pixels.pixel_bytes, bytes);
        }
        if (count == 0)
            continue;
        DrawKept(dropout, rows, count, panel, bits);
        for (int64_t i = 0; i < count; ++i)
            kept[listed[i] * kept_stride + panel] = bits[i];
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
