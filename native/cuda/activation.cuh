// A layer's activation, four values at a time. Its formulas stand in net/activation-inl.h.
#pragma once

#include "cuda/arithmetic.h"

namespace mn::cuda {

__device__ inline float4 activated(Activation activation, float4 z) {
    return with_activation(activation.kind, [&](auto chosen) {
        using Rule = ActivationRule<chosen.value>;
        return make_float4(Rule::value(z.x), Rule::value(z.y), Rule::value(z.z), Rule::value(z.w));
    });
}

// dloss/dz from dloss/dh, by the values h that the layer handed on.
__device__ inline float4 times_slope(Activation activation, float4 gradient, float4 h) {
    return with_activation(activation.kind, [&](auto chosen) {
        using Rule = ActivationRule<chosen.value>;
        return make_float4(Rule::times_slope(gradient.x, h.x), Rule::times_slope(gradient.y, h.y),
                           Rule::times_slope(gradient.z, h.z), Rule::times_slope(gradient.w, h.w));
    });
}

} // namespace mn::cuda
