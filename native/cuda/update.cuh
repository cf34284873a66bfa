// Room "update": weight gradients, each tile applying the optimizer to its weights at once, so that no gradient ever
// reaches memory. The optimizers' formulas stand in net/update-inl.h.
#pragma once

#include "cuda/arithmetic.h"
#include "cuda/batch.cuh"
#include "cuda/tile/quad.cuh"
#include "cuda/tile/tile.cuh"

namespace mn::cuda {

constexpr int kConstants = sizeof(StepConstants) / sizeof(float);
static_assert(kConstants <= kThreads && sizeof(StepConstants) % sizeof(float) == 0);

alignas(StepConstants) static __shared__ float constants_memory[kConstants];

// By the whole block, before the first tile.
__device__ inline void take_constants(const StepConstants* given) {
    if (threadIdx.x < kConstants)
        constants_memory[threadIdx.x] = reinterpret_cast<const float*>(given)[threadIdx.x];
    __syncthreads();
}

// Four neighbours in a row of weights, of which the first `count` exist.
template <UpdateRule kRule>
__device__ void update_quad_by(const NetArguments& net, int64_t where, float4 gradient, int count) {
    constexpr int kVectors = 1 + moments_of(kRule); // the parameters, then their moments
    const StepConstants& constants = *reinterpret_cast<const StepConstants*>(constants_memory);
    float values[4][kVectors];
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
        const float4 quad = *reinterpret_cast<const float4*>(net.parameters + v * net.slot_stride + where);
        values[0][v] = quad.x;
        values[1][v] = quad.y;
        values[2][v] = quad.z;
        values[3][v] = quad.w;
    }
    const float g[4] = {gradient.x, gradient.y, gradient.z, gradient.w};
#pragma unroll
    for (int e = 0; e < 4; ++e)
        Update<kRule>::apply(constants, g[e], values[e][0], values[e] + 1);
#pragma unroll
    for (int v = 0; v < kVectors; ++v) {
        store_quad(net.parameters + v * net.slot_stride + where,
                   make_float4(values[0][v], values[1][v], values[2][v], values[3][v]), count);
    }
}

__device__ inline void update_quad(UpdateRule rule, const NetArguments& net, int64_t where, float4 gradient,
                                   int count) {
    with_rule(rule, [&](auto chosen) { update_quad_by<chosen.value>(net, where, gradient, count); });
}

template <typename E, int Tile>
__device__ __noinline__ void update_tile(int index, int l, int m0, int n0) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& layer = s.net.layers[l];
    const Input in = layer_input(s, step, l);
    const Matrix above = upstream(s.net, layer, step.rows);
    multiply_tile<E, Tile>(FeedAlongI<Tile, Matrix>(above, m0), FeedAlongI<Tile, Input>(in, n0), step.rows, m0, n0,
                           [&](int m, int n, float4 gradient) {
                               if (m >= layer.fan_out || n > layer.fan_in)
                                   return;
                               const int64_t where = layer.weight + static_cast<int64_t>(m) * layer.weight_stride + n;
                               update_quad(s.rule, s.net, where, gradient, layer.fan_in + 1 - n);
                           });
}

// All layers' tiles are dealt out to the blocks in one round; `dealt` counts those of the layers before.
template <typename E, int Tile>
__device__ int update_layer(const StepArguments& s, int index, int l, int dealt) {
    const LayerLayout& layer = s.net.layers[l];
    return each_tile<Tile>(layer.fan_out, layer.fan_in + 1, dealt % gridDim.x,
                           [&](int m0, int n0) { update_tile<E, Tile>(index, l, m0, n0); });
}

template <typename E>
__device__ void update_all(int index) {
    const StepArguments& s = arguments();
    take_constants(s.constants + index);
    int dealt = 0;
    for (int l = 0; l < s.net.layer_count; ++l) {
        if (wide(s.wide_tiles_by, s.net.layers[l].fan_out, s.net.layers[l].fan_in + 1)) {
            dealt += update_layer<E, 64>(s, index, l, dealt);
        } else {
            dealt += update_layer<E, 32>(s, index, l, dealt);
        }
    }
}

} // namespace mn::cuda
