// What happens to a matrix besides products: sums of columns, transposing.
// Included once per target (no #pragma once).
#include <hwy/highway.h>

#include "cpu/kernels/kernels.h"
#include "cpu/kernels/product-inl.h"

#if defined(MN_CPU_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MN_CPU_ROWS_INL_H_
#undef MN_CPU_ROWS_INL_H_
#else
#define MN_CPU_ROWS_INL_H_
#endif

HWY_BEFORE_NAMESPACE();
namespace mn::cpu {
namespace HWY_NAMESPACE {

// Four partial sums for each column, since one would wait for each addition to end.
inline void ColumnSum(const float* HWY_RESTRICT values, int64_t rows, float* HWY_RESTRICT partial,
                      float* HWY_RESTRICT sum) {
    for (int64_t c = 0; c < kPanel; c += kLanes) {
        Vec part[4];
        for (int i = 0; i < 4; ++i)
            part[i] = hn::LoadU(kFloats, partial + i * kPanel + c);
        int64_t r = 0;
        for (; r + 4 <= rows; r += 4) {
            for (int i = 0; i < 4; ++i)
                part[i] = hn::Add(part[i], hn::LoadU(kFloats, values + (r + i) * kPanel + c));
        }
        for (; r < rows; ++r)
            part[0] = hn::Add(part[0], hn::LoadU(kFloats, values + r * kPanel + c));
        for (int i = 0; i < 4; ++i)
            hn::StoreU(part[i], kFloats, partial + i * kPanel + c);
        hn::StoreU(hn::Add(hn::Add(part[0], part[1]), hn::Add(part[2], part[3])), kFloats, sum + c);
    }
}

inline void TransposeOne(const float* values, int64_t r, int64_t columns, float* out, int64_t out_stride) {
    for (int64_t c = 0; c < columns; ++c)
        out[c * out_stride + r] = values[r * kPanel + c];
}

#if HWY_TARGET == HWY_SCALAR
inline void Transpose(const float* values, int64_t rows, int64_t columns, float* out, int64_t out_stride) {
    for (int64_t r = 0; r < rows; ++r)
        TransposeOne(values, r, columns, out, out_stride);
}
#else
// In blocks of 4 x 4; values has kPanel columns to load, even if fewer are wanted.
inline void Transpose(const float* HWY_RESTRICT values, int64_t rows, int64_t columns, float* HWY_RESTRICT out,
                      int64_t out_stride) {
    const hn::FixedTag<float, 4> d;
    const hn::Repartition<double, decltype(d)> pairs;
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4) {
        for (int64_t c = 0; c < columns; c += 4) {
            const float* from = values + r * kPanel + c;
            const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + kPanel);
            const auto r2 = hn::LoadU(d, from + 2 * kPanel), r3 = hn::LoadU(d, from + 3 * kPanel);
            const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
            const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
            const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
            const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
            const auto store = [&](int64_t column, auto v) HWY_ATTR {
                if (column < columns)
                    hn::StoreU(hn::BitCast(d, v), d, out + column * out_stride + r);
            };
            store(c, hn::InterleaveLower(pairs, low01, low23));
            store(c + 1, hn::InterleaveUpper(pairs, low01, low23));
            store(c + 2, hn::InterleaveLower(pairs, high01, high23));
            store(c + 3, hn::InterleaveUpper(pairs, high01, high23));
        }
    }
    for (; r < rows; ++r)
        TransposeOne(values, r, columns, out, out_stride);
}
#endif

} // namespace HWY_NAMESPACE
} // namespace mn::cpu
HWY_AFTER_NAMESPACE();

#endif
