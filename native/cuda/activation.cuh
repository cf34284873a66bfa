// A layer's activation, four values at a time. Its formulas stand in net/activation-inl.h.
#pragma once

#include "cuda/arithmetic.h"
#include "cuda/batch.cuh"
#include "cuda/tile/quad.cuh"

namespace mn::cuda {

using Relu = ActivationRule<ActivationKind::relu>;

struct ValuesAndSlopes {
    float4 values, slopes;
};

// What is not ReLU is called, not inlined: its formulas are compiled once, not into every product's epilogue. Slopes
// that follow from values are left 0.
__device__ __noinline__ inline ValuesAndSlopes activated_by_formula(Activation activation, float4 z) {
    return with_activation(activation.kind, [&](auto chosen) -> ValuesAndSlopes {
        using Rule = ActivationRule<chosen.value>;
        const float p = static_cast<float>(activation.parameter);
        if constexpr (may_keep_slope(chosen.value)) {
            float x, y, u, w;
            const float4 values = make_float4(Rule::value_and_slope(z.x, p, x), Rule::value_and_slope(z.y, p, y),
                                              Rule::value_and_slope(z.z, p, u), Rule::value_and_slope(z.w, p, w));
            return {values, make_float4(x, y, u, w)};
        } else {
            return {make_float4(Rule::value(z.x, p), Rule::value(z.y, p), Rule::value(z.z, p), Rule::value(z.w, p)),
                    make_float4(0, 0, 0, 0)};
        }
    });
}

// Of the first `count` of four. Slopes that do not follow from values are left in `slopes`, where the gradient will be,
// unless it is null.
__device__ inline float4 activated(Activation activation, float4 z, float* slopes, int count) {
    if (activation.kind == ActivationKind::relu)
        return make_float4(Relu::value(z.x, 0), Relu::value(z.y, 0), Relu::value(z.z, 0), Relu::value(z.w, 0));
    const ValuesAndSlopes found = activated_by_formula(activation, z);
    if (slopes && !slope_follows_from_value(activation))
        store_quad(slopes, found.slopes, count);
    return found.values;
}

__device__ __noinline__ inline float4 times_slope_by_formula(Activation activation, float4 gradient, float4 h) {
    return with_activation(activation.kind, [&](auto chosen) {
        if constexpr (slope_follows_from_value(chosen.value)) {
            using Rule = ActivationRule<chosen.value>;
            const float p = static_cast<float>(activation.parameter);
            return make_float4(Rule::times_slope(gradient.x, h.x, p), Rule::times_slope(gradient.y, h.y, p),
                               Rule::times_slope(gradient.z, h.z, p), Rule::times_slope(gradient.w, h.w, p));
        } else {
            return gradient; // never: see times_slope
        }
    });
}

// dloss/dz from dloss/dh, by the values that the layer handed on, or by slopes that do not follow from them.
__device__ inline float4 times_slope(Activation activation, float4 gradient, float4 by) {
    if (activation.kind == ActivationKind::relu) {
        return make_float4(Relu::times_slope(gradient.x, by.x, 0), Relu::times_slope(gradient.y, by.y, 0),
                           Relu::times_slope(gradient.z, by.z, 0), Relu::times_slope(gradient.w, by.w, 0));
    }
    if (!slope_follows_from_value(activation))
        return make_float4(gradient.x * by.x, gradient.y * by.y, gradient.z * by.z, gradient.w * by.w);
    return times_slope_by_formula(activation, gradient, by);
}

} // namespace mn::cuda
