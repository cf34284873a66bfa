// Room "update": weight gradients, each tile applying the optimizer to its weights at once, so that no gradient ever
// reaches memory. The optimizers' formulas stand in net/update-inl.h.
#pragma once

#include "cuda/arithmetic.h"
#include "cuda/batch.cuh"
#include "cuda/tile/pipeline.cuh"
#include "cuda/tile/quad.cuh"
#include "cuda/tile/tile.cuh"

namespace mn::cuda {

constexpr int kConstants = sizeof(StepConstants) / sizeof(float);
static_assert(kConstants <= kThreads && sizeof(StepConstants) % sizeof(float) == 0);

alignas(StepConstants) static __shared__ float constants_memory[kConstants];

// By the whole block, before the first tile.
__device__ inline void take_constants(const StepConstants* given) {
    if (threadIdx.x < kConstants)
        constants_memory[threadIdx.x] = global(reinterpret_cast<const float*>(given))[threadIdx.x];
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
        const float4 quad = load_as<float4>(net.parameters + v * net.slot_stride + where);
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
        store_quad(global(net.parameters + v * net.slot_stride + where),
                   make_float4(values[0][v], values[1][v], values[2][v], values[3][v]), count);
    }
}

// The gradient of weights n .. n + 3 of output m, if there are such. from_bytes: all but the bias's has the bytes'
// scale still to come.
__device__ __noinline__ inline void update_quad(int l, int m, int n, float4 gradient, bool from_bytes) {
    const StepArguments& s = arguments();
    const LayerLayout layer = layer_at(s.net, l);
    if (m >= layer.fan_out || n > layer.fan_in)
        return;
    if (from_bytes) {
        const PixelScale& scale = s.data.scale;
        gradient.x = n == layer.fan_in ? gradient.x : scale.times(gradient.x);
        gradient.y = n + 1 == layer.fan_in ? gradient.y : scale.times(gradient.y);
        gradient.z = n + 2 == layer.fan_in ? gradient.z : scale.times(gradient.z);
        gradient.w = n + 3 == layer.fan_in ? gradient.w : scale.times(gradient.w);
    }
    const int64_t where = layer.weight + static_cast<int64_t>(m) * layer.weight_stride + n;
    with_rule(s.rule, [&](auto chosen) { update_quad_by<chosen.value>(s.net, where, gradient, layer.fan_in + 1 - n); });
}

template <typename E, int Tile, typename Source>
__device__ __noinline__ void update_tile(int index, int l, int m0, int n0) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout layer = layer_at(s.net, l);
    if constexpr (E::kTensorCores && kStreams<Source>) {
        multiply_streams<E, Tile>(
            StreamAlongI<Tile, Matrix>(upstream(s.net, layer, step.rows), m0),
            StreamAlongI<Tile, Source>(source_of<Source>(s, step, layer), n0), step.rows, s.stages, m0, n0,
            [&](int m, int n, float4 gradient) { update_quad(l, m, n, gradient, Source::kBytes); });
        return;
    } else {
        multiply_tile<E, Tile, false>(
            FeedAlongI<E, Tile, Matrix>(upstream(s.net, layer, step.rows), m0),
            FeedAlongI<E, Tile, Source>(source_of<Source>(s, step, layer), n0), step.rows, m0, n0,
            [&](int m, int n, float4 gradient) { update_quad(l, m, n, gradient, Source::kBytes); });
    }
}

// Tiles are numbered through all layers, so that all are dealt out to the blocks in one round.
template <typename E>
__device__ __noinline__ bool update_one(int index, int tile) {
    const StepArguments& s = arguments();
    for (int l = 0; l < s.net.layer_count; ++l) {
        const LayerLayout layer = layer_at(s.net, l);
        const Tiles tiles(s.wide_tiles_by, layer.fan_out, layer.fan_in + 1);
        if (tile >= tiles.count) {
            tile -= tiles.count;
            continue;
        }
        const int m0 = tiles.row(tile), n0 = tiles.column(tile);
        with_input<E, true>(s, l, [&](auto source) {
            using Source = typename decltype(source)::type;
            tiles.size == 64 ? update_tile<E, 64, Source>(index, l, m0, n0)
                             : update_tile<E, 32, Source>(index, l, m0, n0);
        });
        return true;
    }
    return false;
}

template <typename E>
__device__ void update_all(int index) {
    each_tile([&](int tile) { return update_one<E>(index, tile); });
}

} // namespace mn::cuda
