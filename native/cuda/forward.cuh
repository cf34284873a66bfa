// Room "forward": a layer's outputs, its activation applied in the hidden ones.
#pragma once

#include "cuda/activation.cuh"
#include "cuda/batch.cuh"
#include "cuda/dropout.cuh"
#include "cuda/tile/quad.cuh"
#include "cuda/tile/tile.cuh"

namespace mn::cuda {

template <typename E, int Tile>
__device__ __noinline__ void forward_tile(int index, int l, int m0, int n0) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& layer = s.net.layers[l];
    multiply_tile<E, Tile>(
        FeedAlongK<Tile, Input>(layer_input(s, step, l), m0), FeedAlongK<Tile, Matrix>(weights(s.net, layer), n0),
        layer.fan_in + 1, m0, n0, [&](int m, int n, float4 z) {
            const bool hidden = l + 1 < s.net.layer_count;
            float* const out = hidden ? inputs(s.net, s.net.layers[l + 1]) : gradients(s.net, layer);
            const int64_t stride = hidden ? s.net.layers[l + 1].weight_stride : layer.gradient_stride;
            if (m >= step.rows || n >= layer.fan_out)
                return;
            if (hidden) {
                const int64_t row = m;
                float* const slopes = gradients(s.net, layer) + row * layer.gradient_stride + n;
                z = activated(layer.activation, z, s.outcomes ? slopes : nullptr, layer.fan_out - n);
            }
            if (hidden && s.hidden_dropout.drops)
                z = dropped(s.hidden_dropout, index, l + 1, m, n, z);
            store_quad(out + m * stride + n, z, layer.fan_out - n);
        });
}

template <typename E, int Tile>
__device__ void forward_tiles(const StepArguments& s, int index, int l) {
    each_tile<Tile>(StepView(s, index).rows, s.net.layers[l].fan_out, 0,
                    [&](int m0, int n0) { forward_tile<E, Tile>(index, l, m0, n0); });
}

template <typename E>
__device__ __noinline__ void forward(int index, int l) {
    const StepArguments& s = arguments();
    if (wide(s.wide_tiles_by, StepView(s, index).rows, s.net.layers[l].fan_out)) {
        forward_tiles<E, 64>(s, index, l);
    } else {
        forward_tiles<E, 32>(s, index, l);
    }
}

} // namespace mn::cuda
