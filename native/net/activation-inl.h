// What each activation computes: its value and its slope, once for every arithmetic. Included inside the namespace of
// an arithmetic (no #pragma once, no namespace of its own), behind net/activation.h and these functions of its number
// type V, a float or a vector of them:
//   zero_of(v)           0 in each lane
//   select_less(a, b, x, y)     x where a < b, else y (a NaN is not less)
//   select_greater(a, b, x, y)  x where a > b, else y (a NaN is not greater)
// Not a header of templates in namespace mn, because code for an instruction set must be compiled for it: a function
// of the base level cannot take in one of AVX-512's.
// MN_INLINE: what the arithmetic's functions are declared with.

template <mn::ActivationKind>
struct ActivationRule;

// torch.relu: a NaN stays a NaN, so that a diverging net shows in its loss.
template <>
struct ActivationRule<mn::ActivationKind::relu> {
    template <class V>
    static MN_INLINE V value(V z) {
        return select_less(z, zero_of(z), zero_of(z), z);
    }
    // gradient * slope, by the value h that the layer handed on
    template <class V>
    static MN_INLINE V times_slope(V gradient, V h) {
        return select_greater(h, zero_of(h), gradient, zero_of(h));
    }
};
