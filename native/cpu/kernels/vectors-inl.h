// The vectors of floats that kernels compute with, and what net/*-inl.h ask of them; multiply-adds are those of the
// file that includes this one, fused or not. Included inside a target's namespace, once for each (no #pragma once).

#undef MN_INLINE
#define MN_INLINE HWY_INLINE
#undef MN_LAMBDA
#define MN_LAMBDA HWY_ATTR __attribute__((always_inline))

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
using Vec = hn::Vec<Floats>;
constexpr Floats kFloats;
constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(kFloats));

// A vector of zeros that a selection knows as such.
struct Zeros {
    HWY_INLINE operator Vec() const { return hn::Zero(kFloats); }
};

HWY_INLINE Zeros zero_of(Vec) {
    return {};
}
HWY_INLINE Vec set_like(Vec, float x) {
    return hn::Set(kFloats, x);
}
HWY_INLINE Vec add(Vec a, Vec b) {
    return hn::Add(a, b);
}
HWY_INLINE Vec sub(Vec a, Vec b) {
    return hn::Sub(a, b);
}
HWY_INLINE Vec mul(Vec a, Vec b) {
    return hn::Mul(a, b);
}
HWY_INLINE Vec div(Vec a, Vec b) {
    return hn::Div(a, b);
}
HWY_INLINE Vec sqrt_of(Vec a) {
    return hn::Sqrt(a);
}
HWY_INLINE Vec max_of(Vec a, Vec b) {
    return hn::Max(a, b);
}
HWY_INLINE Vec negative_abs(Vec a) {
    return hn::Or(a, hn::Set(kFloats, -0.0f));
}
HWY_INLINE Vec with_sign_of(Vec a, Vec b) {
    return hn::CopySignToAbs(a, b);
}
template <int kMore>
HWY_INLINE Vec power_of_two(Vec shifted) {
    const hn::RebindToUnsigned<Floats> d;
    const auto bits = hn::ShiftLeft<23>(hn::BitCast(d, shifted));
    return hn::BitCast(kFloats, hn::Add(bits, hn::Set(d, uint32_t{127 + kMore} << 23)));
}
HWY_INLINE Vec select_less(Vec a, Vec b, Vec x, Vec y) {
    return hn::IfThenElse(hn::Lt(a, b), x, y);
}
HWY_INLINE Vec select_greater(Vec a, Vec b, Vec x, Vec y) {
    return hn::IfThenElse(hn::Gt(a, b), x, y);
}
HWY_INLINE Vec select_greater(Vec a, Vec b, Vec x, Zeros) {
    return hn::IfThenElseZero(hn::Gt(a, b), x);
}
