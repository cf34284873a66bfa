// What each activation computes: its value and its slope, once for every arithmetic. Included inside the namespace of
// an arithmetic (no #pragma once, no namespace of its own), behind net/activation.h and these functions of its number
// type V, a float or a vector of them:
//   zero_of(v)              0 in each lane
//   set_like(v, x)          x in each lane
//   add(a, b), sub(a, b), mul(a, b), div(a, b)
//   mul_add(a, b, c)        a * b + c; mul_sub: a * b - c; neg_mul_add: c - a * b; fused where the arithmetic can
//   negative_abs(v)         -|v|
//   with_sign_of(a, v)      a, not negative, with the sign of v
//   select_less(a, b, x, y)     x where a < b, else y (a NaN is not less)
//   select_greater(a, b, x, y)  x where a > b, else y (a NaN is not greater)
//   power_of_two<k>(v)      2^(n + k) for the whole number n that is in v's lowest bits, above 0 by 1.5 * 2^23
// Not a header of templates in namespace mn, because code for an instruction set must be compiled for it: a function
// of the base level cannot take in one of AVX-512's.
// MN_INLINE: what the arithmetic's functions are declared with.
//
// Each rule has, for values z and the activation's parameter,
//   value(z, parameter)
// and, where slope_follows_from_value(), gradient * slope by the value h that the layer handed on,
//   times_slope(gradient, h, parameter)
// and, where it may not follow,
//   value_and_slope(z, parameter, slope)

#include "net/functions-inl.h"

template <mn::ActivationKind>
struct ActivationRule;

// torch.relu: a NaN stays a NaN, so that a diverging net shows in its loss.
template <>
struct ActivationRule<mn::ActivationKind::relu> {
    template <class V>
    static MN_INLINE V value(V z, float) {
        return select_less(z, zero_of(z), zero_of(z), z);
    }
    template <class V>
    static MN_INLINE V times_slope(V gradient, V h, float) {
        return select_greater(h, zero_of(h), gradient, zero_of(h));
    }
};

template <>
struct ActivationRule<mn::ActivationKind::identity> {
    template <class V>
    static MN_INLINE V value(V z, float) {
        return z;
    }
    template <class V>
    static MN_INLINE V times_slope(V gradient, V, float) {
        return gradient;
    }
};

template <>
struct ActivationRule<mn::ActivationKind::leaky_relu> {
    template <class V>
    static MN_INLINE V value(V z, float below) {
        return select_greater(z, zero_of(z), z, mul(z, set_like(z, below)));
    }
    template <class V>
    static MN_INLINE V times_slope(V gradient, V h, float below) {
        return scaled_below(h, gradient, below);
    }
    template <class V>
    static MN_INLINE V value_and_slope(V z, float below, V& slope) {
        slope = scaled_below(z, set_like(z, 1), below);
        return value(z, below);
    }

  private:
    template <class V>
    static MN_INLINE V scaled_below(V sign, V x, float below) {
        return select_greater(sign, zero_of(sign), x, mul(x, set_like(x, below)));
    }
};

// scale * (z, or alpha * (exp(z) - 1) where that is below 0); its slope there is the value plus scale * alpha.
template <class V>
MN_INLINE V scaled_elu(V z, float scale, float scaled_alpha) {
    const V below = mul(expm1_below(select_greater(z, zero_of(z), zero_of(z), z)), set_like(z, scaled_alpha));
    return select_greater(z, zero_of(z), mul(z, set_like(z, scale)), below);
}
template <class V>
MN_INLINE V scaled_elu_slope(V sign, V h, float scale, float scaled_alpha) {
    return select_greater(sign, zero_of(sign), set_like(h, scale), add(h, set_like(h, scaled_alpha)));
}

template <>
struct ActivationRule<mn::ActivationKind::elu> {
    template <class V>
    static MN_INLINE V value(V z, float alpha) {
        return scaled_elu(z, 1, alpha);
    }
    template <class V>
    static MN_INLINE V times_slope(V gradient, V h, float alpha) {
        return mul(gradient, scaled_elu_slope(h, h, 1, alpha));
    }
    template <class V>
    static MN_INLINE V value_and_slope(V z, float alpha, V& slope) {
        const V h = value(z, alpha);
        slope = scaled_elu_slope(z, h, 1, alpha);
        return h;
    }
};

template <>
struct ActivationRule<mn::ActivationKind::selu> {
    static constexpr float kScale = 1.050700987f, kScaledAlpha = 1.758099341f; // torch.nn.SELU's
    template <class V>
    static MN_INLINE V value(V z, float) {
        return scaled_elu(z, kScale, kScaledAlpha);
    }
    template <class V>
    static MN_INLINE V times_slope(V gradient, V h, float) {
        return mul(gradient, scaled_elu_slope(h, h, kScale, kScaledAlpha));
    }
};

template <>
struct ActivationRule<mn::ActivationKind::sigmoid> {
    template <class V>
    static MN_INLINE V value(V z, float) {
        return sigmoid_of(z);
    }
    template <class V>
    static MN_INLINE V times_slope(V gradient, V h, float) {
        return mul(gradient, neg_mul_add(h, h, h)); // h * (1 - h)
    }
};

template <>
struct ActivationRule<mn::ActivationKind::tanh> {
    template <class V>
    static MN_INLINE V value(V z, float) {
        return tanh_of(z);
    }
    template <class V>
    static MN_INLINE V times_slope(V gradient, V h, float) {
        return mul(gradient, neg_mul_add(h, h, set_like(h, 1)));
    }
};

// A value without its slope, of those that share most of their work.
template <class Rule>
struct ValueOfBoth {
    template <class V>
    static MN_INLINE V value(V z, float parameter) {
        V unused;
        return Rule::value_and_slope(z, parameter, unused);
    }
};

template <>
struct ActivationRule<mn::ActivationKind::gelu> : ValueOfBoth<ActivationRule<mn::ActivationKind::gelu>> {
    template <class V>
    static MN_INLINE V value_and_slope(V z, float, V& slope) {
        V power;
        const V zero = zero_of(z), beyond = normal_beyond(z, power);
        const V share = select_less(z, zero, beyond, sub(set_like(z, 1), beyond));
        slope = mul_add(z, mul(power, set_like(z, 0.3989422804f)), share); // 1 / sqrt(2 pi)
        return select_less(z, zero, mul(z, beyond), neg_mul_add(z, beyond, z));
    }
};

// z * (1 + tanh(u)) / 2 = z * sigmoid(2 u), u = sqrt(2 / pi) * (z + 0.044715 z^3)
template <>
struct ActivationRule<mn::ActivationKind::gelu_tanh> : ValueOfBoth<ActivationRule<mn::ActivationKind::gelu_tanh>> {
    template <class V>
    static MN_INLINE V value_and_slope(V z, float, V& slope) {
        const V linear = set_like(z, 1.595769122f), square = mul(z, z);
        const V w = mul(z, mul_add(square, set_like(z, 0.07135481627f), linear));
        return gated(z, w, mul_add(square, set_like(z, 0.2140644488f), linear), slope);
    }
};

template <>
struct ActivationRule<mn::ActivationKind::silu> : ValueOfBoth<ActivationRule<mn::ActivationKind::silu>> {
    template <class V>
    static MN_INLINE V value_and_slope(V z, float, V& slope) {
        return gated(z, z, set_like(z, 1), slope);
    }
};
