// Four neighbours in a row.
#pragma once

namespace mn::cuda {

// Writes the first `count` of four values; whole quads at once.
__device__ inline void store_quad(float* to, float4 v, int count) {
    if (count >= 4) {
        *reinterpret_cast<float4*>(to) = v;
        return;
    }
    const float values[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int e = 0; e < 3; ++e) {
        if (e < count)
            to[e] = values[e];
    }
}

} // namespace mn::cuda
