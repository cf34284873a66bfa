// Pixels on their way in: bytes to floats, and where the non-zero ones are.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels.h"
#include "cpu/product-inl.h"

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

using Ints = hn::RebindToSigned<Floats>;
constexpr Ints kInts;

// Which of kLanes columns from k on are not zero in one of the rows.
inline hn::Mask<Ints> AnyOf(const uint8_t* const* rows, int64_t k) {
    const hn::Rebind<uint8_t, Ints> u8;
    const auto some = hn::Or(hn::Or(hn::LoadU(u8, rows[0] + k), hn::LoadU(u8, rows[1] + k)),
                             hn::Or(hn::LoadU(u8, rows[2] + k), hn::LoadU(u8, rows[3] + k)));
    return hn::Ne(hn::PromoteTo(kInts, some), hn::Zero(kInts));
}

inline hn::Mask<Ints> AnyOf(const float* const* rows, int64_t k) {
    const auto nonzero = [&](int r) HWY_ATTR {
        return hn::VecFromMask(kFloats, hn::Ne(hn::LoadU(kFloats, rows[r] + k), hn::Zero(kFloats)));
    };
    const Vec some = hn::Or(hn::Or(nonzero(0), nonzero(1)), hn::Or(nonzero(2), nonzero(3)));
    return hn::Ne(hn::BitCast(kInts, some), hn::Zero(kInts));
}

template <class Pixel>
bool AnyOfOne(const Pixel* const* rows, int64_t k) {
    return (rows[0][k] != 0) | (rows[1][k] != 0) | (rows[2][k] != 0) | (rows[3][k] != 0);
}

// Writes down those of the kLanes numbers from `first` on that the mask has; returns how many. What is written beyond
// them has room: no more were written than numbers have come before.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
inline int64_t Append(hn::Mask<Ints> mask, int64_t first, hn::Vec<Ints> iota, int32_t* index) {
    const auto numbers = hn::Add(iota, hn::Set(kInts, static_cast<int32_t>(first)));
    hn::StoreU(hn::Compress(numbers, mask), kInts, index);
    return static_cast<int64_t>(hn::CountTrue(kInts, mask));
}
#else
// Lane by lane without a branch: GCC 12 copies the table that Compress needs here to the stack at every call.
inline int64_t Append(hn::Mask<Ints> mask, int64_t first, hn::Vec<Ints>, int32_t* index) {
    uint8_t bits[8] = {};
    hn::StoreMaskBits(kInts, mask, bits);
    int64_t count = 0;
    for (int64_t lane = 0; lane < kLanes; ++lane) {
        index[count] = static_cast<int32_t>(first + lane);
        count += bits[lane / 8] >> (lane % 8) & 1;
    }
    return count;
}
#endif

template <class Pixel>
int64_t ListColumns(const Pixel* const* rows, int64_t columns, int32_t* HWY_RESTRICT index) {
    int64_t count = 0, k = 0;
    const auto iota = hn::Iota(kInts, 0); // made anew in each turn, it would be written lane by lane
    for (; k + kLanes <= columns; k += kLanes)
        count += Append(AnyOf(rows, k), k, iota, index + count);
    for (; k < columns; ++k) {
        index[count] = static_cast<int32_t>(k);
        count += AnyOfOne(rows, k);
    }
    return count;
}

inline int64_t ListBytes(const uint8_t* const* rows, int64_t columns, int32_t* index) {
    return ListColumns(rows, columns, index);
}
inline int64_t ListFloats(const float* const* rows, int64_t columns, int32_t* index) {
    return ListColumns(rows, columns, index);
}

#if HWY_TARGET != HWY_SCALAR // whose "vector" of one int32 has no four bytes
static_assert(kGroup == 4, "a group of bytes is taken as one int32");

// Which of kLanes groups from q on have a value that is not zero.
inline hn::Mask<Ints> AnyInGroup(const uint8_t* row, int64_t q) {
    const hn::Repartition<uint8_t, Ints> bytes;
    return hn::Ne(hn::BitCast(kInts, hn::LoadU(bytes, row + q * kGroup)), hn::Zero(kInts));
}

inline hn::Mask<Ints> AnyInGroup(const float* row, int64_t q) {
    Vec v[kGroup];
    hn::LoadInterleaved4(kFloats, row + q * kGroup, v[0], v[1], v[2], v[3]);
    const auto nonzero = [](Vec x) HWY_ATTR { return hn::VecFromMask(kFloats, hn::Ne(x, hn::Zero(kFloats))); };
    const Vec some = hn::Or(hn::Or(nonzero(v[0]), nonzero(v[1])), hn::Or(nonzero(v[2]), nonzero(v[3])));
    return hn::Ne(hn::BitCast(kInts, some), hn::Zero(kInts));
}
#endif

template <class Pixel>
int64_t ListGroups(const Pixel* HWY_RESTRICT row, int64_t groups, int32_t* HWY_RESTRICT index) {
    int64_t count = 0, q = 0;
#if HWY_TARGET != HWY_SCALAR
    const auto iota = hn::Iota(kInts, 0);
    for (; q + kLanes <= groups; q += kLanes)
        count += Append(AnyInGroup(row, q), q, iota, index + count);
#endif
    for (; q < groups; ++q) {
        const Pixel* group = row + q * kGroup;
        index[count] = static_cast<int32_t>(q);
        count += (group[0] != 0) | (group[1] != 0) | (group[2] != 0) | (group[3] != 0);
    }
    return count;
}

inline int64_t ListByteGroups(const uint8_t* row, int64_t groups, int32_t* index) {
    return ListGroups(row, groups, index);
}
inline int64_t ListFloatGroups(const float* row, int64_t groups, int32_t* index) {
    return ListGroups(row, groups, index);
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

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
