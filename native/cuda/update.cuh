// Room "update": weight gradients, each tile applying the optimizer to its weights at once, so that no gradient ever
// reaches memory. The optimizers' formulas stand in net/update-inl.h.
#pragma once

#include "cuda/arithmetic.h"
#include "cuda/batch.cuh"
#include "cuda/plan.cuh"
#include "cuda/tile/pipeline.cuh"
#include "cuda/tile/quad.cuh"
#include "cuda/tile/tile.cuh"

namespace mn::cuda {

constexpr int kConstants = sizeof(StepConstants) / sizeof(float);
static_assert(kConstants <= kThreads && sizeof(StepConstants) % sizeof(float) == 0);

alignas(StepConstants) static __shared__ float constants_memory[kConstants];

// By the whole block, a barrier before the first tile.
__device__ inline void take_constants(const StepConstants* given) {
    if (threadIdx.x < kConstants)
        constants_memory[threadIdx.x] = global(reinterpret_cast<const float*>(given))[threadIdx.x];
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

// What bytes gave, but for the bias's, which is number `bias` of four, if it is among them.
__device__ inline float4 scaled(const PixelScale& scale, int bias, float4 gradient) {
    return make_float4(
        bias == 0 ? gradient.x : scale.times(gradient.x), bias == 1 ? gradient.y : scale.times(gradient.y),
        bias == 2 ? gradient.z : scale.times(gradient.z), bias == 3 ? gradient.w : scale.times(gradient.w));
}

// The gradient of weights n .. n + 3 of output m, if there are such. from_bytes: all but the bias's has the bytes'
// scale still to come.
__device__ __noinline__ inline void update_quad(int l, int m, int n, float4 gradient, bool from_bytes) {
    const StepArguments& s = arguments();
    const LayerLayout layer = layer_at(s.net, l);
    if (m >= layer.fan_out || n > layer.fan_in)
        return;
    if (from_bytes)
        gradient = scaled(s.data.scale, layer.fan_in - n, gradient);
    const int64_t where = layer.weight + static_cast<int64_t>(m) * layer.weight_stride + n;
    with_rule(s.rule, [&](auto chosen) { update_quad_by<chosen.value>(s.net, where, gradient, layer.fan_in + 1 - n); });
}

// What becomes of a tile's sums: see multiply_streams(). Adam's quads, which nearly all use, are asked for early.
template <bool kBytes>
struct UpdateEpilogue {
    int l, first_m, first_n;
    float4 values[3] = {}; // parameters, moments

    static constexpr UpdateRule kEarly = UpdateRule::adam;
    static_assert(moments_of(kEarly) == 2);

    __device__ static int64_t place(const LayerLayout& layer, int m, int n) {
        return layer.weight + int64_t{m} * layer.weight_stride + n;
    }
    __device__ void prepare(int row, int column) {
        const StepArguments& s = arguments();
        const LayerLayout layer = layer_at(s.net, l);
        const int m = first_m + row, n = first_n + column;
        if (s.rule != kEarly || m >= layer.fan_out || n > layer.fan_in)
            return;
        const float* const from = s.net.parameters + place(layer, m, n);
#pragma unroll
        for (int v = 0; v < 3; ++v)
            values[v] = load_as<float4>(from + v * s.net.slot_stride);
    }
    __device__ void finish(int row, int column, float4 gradient) {
        const StepArguments& s = arguments();
        const int m = first_m + row, n = first_n + column;
        if (s.rule != kEarly)
            return update_quad(l, m, n, gradient, kBytes);
        const LayerLayout layer = layer_at(s.net, l);
        if (m >= layer.fan_out || n > layer.fan_in)
            return;
        if constexpr (kBytes)
            gradient = scaled(s.data.scale, layer.fan_in - n, gradient);
        const StepConstants& constants = *reinterpret_cast<const StepConstants*>(constants_memory);
        adam(constants, gradient.x, values[0].x, values[1].x, values[2].x);
        adam(constants, gradient.y, values[0].y, values[1].y, values[2].y);
        adam(constants, gradient.z, values[0].z, values[1].z, values[2].z);
        adam(constants, gradient.w, values[0].w, values[1].w, values[2].w);
        float* const to = global(s.net.parameters + place(layer, m, n));
#pragma unroll
        for (int v = 0; v < 3; ++v)
            store_quad(global(to + v * s.net.slot_stride), values[v], layer.fan_in + 1 - n);
    }

  private:
    __device__ static void adam(const StepConstants& constants, float gradient, float& parameter, float& first,
                                float& second) {
        float moments[2] = {first, second};
        Update<kEarly>::apply(constants, gradient, parameter, moments);
        first = moments[0];
        second = moments[1];
    }
};

// The block's share of the layer's tiles, the first of which is block `turn`'s.
template <typename E, Cut kCut, typename Source>
__device__ __noinline__ void update_streams(int index, int l, int turn) {
    using Shape = TeamOf<kCut>;
    const StepArguments& s = arguments();
    const StepView step(s, index);
    each_tile<Shape::kDown, Shape::kAcross>(
        layer_at(s.net, l).fan_out, layer_at(s.net, l).fan_in + 1, turn, [&](int m0, int n0) {
            const LayerLayout layer = layer_at(s.net, l);
            multiply_streams<E, Shape, Operand::b>(
                StreamAlongI<Shape, Shape::kDown, Matrix>(upstream(s.net, layer, step.rows), m0),
                StreamAlongI<Shape, Shape::kAcross, Source>(source_of<Source>(s, step, layer), n0), step.rows,
                UpdateEpilogue<Source::kBytes>{l, m0, n0});
        });
}

template <typename E, int Tile, typename Source>
__device__ __noinline__ void update_tile(int index, int l, int m0, int n0) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout layer = layer_at(s.net, l);
    multiply_tile<E, Tile, false>(
        FeedAlongI<E, Tile, Matrix>(upstream(s.net, layer, step.rows), m0),
        FeedAlongI<E, Tile, Source>(source_of<Source>(s, step, layer), n0), step.rows, m0, n0,
        [&](int m, int n, float4 gradient) { update_quad(l, m, n, gradient, Source::kBytes); });
}

template <typename E, Cut kCut, typename Source>
__device__ void update_tiles(int index, int l, int turn) {
    if constexpr (E::kTensorCores && kStreams<Source>) {
        update_streams<E, kCut, Source>(index, l, turn);
    } else {
        constexpr int kTile = down_of(kCut);
        const StepArguments& s = arguments();
        meet();
        each_tile<kTile, kTile>(layer_at(s.net, l).fan_out, layer_at(s.net, l).fan_in + 1, turn,
                                [&](int m0, int n0) { update_tile<E, kTile, Source>(index, l, m0, n0); });
    }
}

// All layers' tiles are dealt out to the blocks in one round.
template <typename E>
__device__ void update_all(int index) {
    const StepArguments& s = arguments();
    for (kept(Kept::layer) = 0; kept(Kept::layer) < s.net.layer_count; ++kept(Kept::layer)) {
        const int l = kept(Kept::layer);
        const LayerPlan plan = plan_at<E>(s, l);
        with_input<E, true>(s, l, input_streams, [&](auto source) {
            using Source = typename decltype(source)::type;
            if constexpr (E::kTensorCores && Source::kBytes && kStreams<Source>) {
                if (plan.update == Cut::wide)
                    return update_tiles<E, Cut::wide, Source>(index, l, plan.turn);
            }
            plan.update == Cut::large ? update_tiles<E, Cut::large, Source>(index, l, plan.turn)
                                      : update_tiles<E, Cut::square, Source>(index, l, plan.turn);
        });
    }
}

} // namespace mn::cuda
