// Pixels on their way in: bytes to floats, and where the non-zero ones are.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels/kernels.h"
#include "cpu/kernels/product-inl.h"

#if defined(MN_CPU_STAGING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_STAGING_INL_H_
#undef MN_CPU_STAGING_INL_H_
#else
#define MN_CPU_STAGING_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

// values[i] = the float nearest to bytes[i] * scale, a product of doubles.
inline void Widen(const uint8_t* HWY_RESTRICT bytes, int64_t count, double scale, float* HWY_RESTRICT values) {
    int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    const hn::CappedTag<double, 8> doubles;
    const hn::Rebind<int32_t, decltype(doubles)> ints;
    const hn::Rebind<float, decltype(doubles)> floats;
    const hn::Rebind<uint8_t, decltype(doubles)> u8;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(doubles));
    const auto factor = hn::Set(doubles, scale);
    for (; i + lanes <= count; i += lanes) {
        const auto wide = hn::PromoteTo(doubles, hn::PromoteTo(ints, hn::LoadU(u8, bytes + i)));
        hn::StoreU(hn::DemoteTo(floats, hn::Mul(wide, factor)), floats, values + i);
    }
#endif
    for (; i < count; ++i)
        values[i] = static_cast<float>(bytes[i] * scale);
}

inline void Interleave(const uint8_t* HWY_RESTRICT first, const uint8_t* HWY_RESTRICT second, int64_t count,
                       uint16_t* HWY_RESTRICT pairs) {
    int64_t i = 0;
#if HWY_TARGET != HWY_SCALAR
    const auto vectors = [&](auto words) HWY_ATTR {
        const hn::Rebind<uint8_t, decltype(words)> bytes;
        const int64_t lanes = static_cast<int64_t>(hn::Lanes(words));
        for (; i + lanes <= count; i += lanes) {
            const auto low = hn::PromoteTo(words, hn::LoadU(bytes, first + i));
            const auto high = hn::PromoteTo(words, hn::LoadU(bytes, second + i));
            hn::StoreU(hn::Or(low, hn::ShiftLeft<8>(high)), words, pairs + i);
        }
    };
    vectors(hn::CappedTag<uint16_t, 32>());
    vectors(hn::FixedTag<uint16_t, 8>());
#endif
    for (; i < count; ++i)
        pairs[i] = static_cast<uint16_t>(first[i] | second[i] << 8);
}

inline uint16_t PairOf(const uint8_t* row, int64_t pair) {
    return static_cast<uint16_t>(row[2 * pair] | row[2 * pair + 1] << 8);
}

inline void TransposePairs(const uint8_t* const* rows, int64_t count, int64_t pairs, uint16_t* HWY_RESTRICT out,
                           int64_t out_stride) {
    int64_t r = 0;
#if HWY_TARGET != HWY_SCALAR
    // In blocks of 8 x 8.
    const hn::FixedTag<uint16_t, 8> d;
    const hn::Repartition<uint8_t, decltype(d)> bytes;
    const hn::Repartition<uint32_t, decltype(d)> d32;
    const hn::Repartition<uint64_t, decltype(d)> d64;
    for (; r + 8 <= count; r += 8) {
        int64_t p = 0;
        for (; p + 8 <= pairs; p += 8) {
            const auto row = [&](int64_t i) HWY_ATTR { return hn::BitCast(d, hn::LoadU(bytes, rows[r + i] + 2 * p)); };
            const auto r0 = row(0), r1 = row(1), r2 = row(2), r3 = row(3);
            const auto r4 = row(4), r5 = row(5), r6 = row(6), r7 = row(7);
            // Two rows of four columns each.
            const auto low = [&](auto a, auto b) HWY_ATTR { return hn::BitCast(d32, hn::InterleaveLower(d, a, b)); };
            const auto high = [&](auto a, auto b) HWY_ATTR { return hn::BitCast(d32, hn::InterleaveUpper(d, a, b)); };
            const auto l01 = low(r0, r1), l23 = low(r2, r3), l45 = low(r4, r5), l67 = low(r6, r7);
            const auto h01 = high(r0, r1), h23 = high(r2, r3), h45 = high(r4, r5), h67 = high(r6, r7);
            const auto store = [&](int64_t column, auto a, auto b) HWY_ATTR {
                const auto first = hn::BitCast(d64, a), second = hn::BitCast(d64, b);
                uint16_t* to = out + (p + column) * out_stride + r;
                hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, first, second)), d, to);
                hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, first, second)), d, to + out_stride);
            };
            store(0, hn::InterleaveLower(d32, l01, l23), hn::InterleaveLower(d32, l45, l67));
            store(2, hn::InterleaveUpper(d32, l01, l23), hn::InterleaveUpper(d32, l45, l67));
            store(4, hn::InterleaveLower(d32, h01, h23), hn::InterleaveLower(d32, h45, h67));
            store(6, hn::InterleaveUpper(d32, h01, h23), hn::InterleaveUpper(d32, h45, h67));
        }
        for (; p < pairs; ++p)
            for (int64_t i = 0; i < 8; ++i)
                out[p * out_stride + r + i] = PairOf(rows[r + i], p);
    }
#endif
    for (; r < count; ++r)
        for (int64_t p = 0; p < pairs; ++p)
            out[p * out_stride + r] = PairOf(rows[r], p);
}

inline int64_t ListPairs(const uint16_t* HWY_RESTRICT pairs, int64_t count, uint32_t* HWY_RESTRICT entries) {
    int64_t listed = 0;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    const hn::CappedTag<uint32_t, 16> d;
    const hn::Rebind<uint16_t, decltype(d)> words;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    auto numbers = hn::ShiftLeft<16>(hn::Iota(d, 0));
    for (int64_t i = 0; i < count; i += lanes) {
        const auto some = hn::PromoteTo(d, hn::LoadU(words, pairs + i));
        const auto mask = hn::Ne(some, hn::Zero(d));
        hn::StoreU(hn::Compress(hn::Or(numbers, some), mask), d, entries + listed);
        listed += static_cast<int64_t>(hn::CountTrue(d, mask));
        numbers = hn::Add(numbers, hn::Set(d, static_cast<uint32_t>(lanes << 16)));
    }
#else
    // Without a branch, which would be a guess. Compress takes a table here, which GCC 12 copies to the stack.
    for (int64_t i = 0; i < count; ++i) {
        entries[listed] = static_cast<uint32_t>(i) << 16 | pairs[i];
        listed += pairs[i] != 0;
    }
#endif
    return listed;
}

inline int64_t ListFloatPairs(const float* HWY_RESTRICT pairs, int64_t count, uint32_t* HWY_RESTRICT entries,
                              float* HWY_RESTRICT values) {
    int64_t listed = 0;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
    const hn::RebindToUnsigned<Floats> d;
    const auto zero = [](Vec x) HWY_ATTR { return hn::Eq(x, hn::Zero(kFloats)); };
    auto numbers = hn::ShiftLeft<16>(hn::Iota(d, 0));
    for (int64_t i = 0; i < count; i += kLanes) {
        Vec first, second;
        hn::LoadInterleaved2(kFloats, pairs + 2 * i, first, second);
        const auto mask = hn::Not(hn::And(zero(first), zero(second))); // a NaN is listed
        hn::StoreU(hn::Compress(numbers, hn::RebindMask(d, mask)), d, entries + listed);
        hn::StoreInterleaved2(hn::Compress(first, mask), hn::Compress(second, mask), kFloats, values + 2 * listed);
        listed += static_cast<int64_t>(hn::CountTrue(kFloats, mask));
        numbers = hn::Add(numbers, hn::Set(d, static_cast<uint32_t>(kLanes << 16)));
    }
#else
    for (int64_t i = 0; i < count; ++i) { // as above
        entries[listed] = static_cast<uint32_t>(i) << 16;
        values[2 * listed] = pairs[2 * i];
        values[2 * listed + 1] = pairs[2 * i + 1];
        listed += (pairs[2 * i] != 0) | (pairs[2 * i + 1] != 0);
    }
#endif
    return listed;
}

template <class Pixel>
int64_t CountNonZero(const Pixel* HWY_RESTRICT values, int64_t count) {
    const hn::CappedTag<Pixel, kPanel> d;
    int64_t sum = 0;
    for (int64_t i = 0; i < count; i += static_cast<int64_t>(hn::Lanes(d)))
        sum += static_cast<int64_t>(hn::CountTrue(d, hn::Ne(hn::LoadU(d, values + i), hn::Zero(d))));
    return sum;
}

inline int64_t CountBytes(const uint8_t* values, int64_t count) {
    return CountNonZero(values, count);
}
inline int64_t CountFloats(const float* values, int64_t count) {
    return CountNonZero(values, count);
}

template <class Pixel>
int64_t CountPairs(const Pixel* HWY_RESTRICT first, const Pixel* HWY_RESTRICT second, int64_t count) {
    const hn::CappedTag<Pixel, kPanel> d;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    const auto is_zero = [&](const Pixel* x) HWY_ATTR { return hn::Eq(hn::LoadU(d, x), hn::Zero(d)); };
    int64_t sum = 0, i = 0;
    for (; i + lanes <= count; i += lanes)
        sum += lanes - static_cast<int64_t>(hn::CountTrue(d, hn::And(is_zero(first + i), is_zero(second + i))));
    for (; i < count; ++i)
        sum += (first[i] != 0) | (second[i] != 0);
    return sum;
}

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
