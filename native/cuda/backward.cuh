// Room "backward": from dloss/dz of a layer to that of the layer below, through its weights and the ReLU mask.
#pragma once

#include "cuda/forward.cuh"

namespace mn::cuda {

__device__ inline float4 masked(float4 gradient, float4 activation) {
    return make_float4(activation.x > 0 ? gradient.x : 0.0f, activation.y > 0 ? gradient.y : 0.0f,
                       activation.z > 0 ? gradient.z : 0.0f, activation.w > 0 ? gradient.w : 0.0f);
}

template <typename E, int Tile>
__device__ __noinline__ void backward_tiles(const StepArguments& s, const StepView& step, int l, float* shared) {
    const LayerLayout& layer = s.net.layers[l];
    const LayerLayout& below = s.net.layers[l - 1];
    const float* const activations = inputs(s.net, layer);
    float* const out = gradients(s.net, below);
    const Source upstream = matrix(gradients(s.net, layer), layer.gradient_stride, step.rows);
    const Source weight = matrix(s.net.parameters + layer.weight, layer.weight_stride, layer.fan_out);
    const int across = ceil_div(layer.fan_in, Tile), tiles = across * ceil_div(step.rows, Tile);
    for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        const int m0 = tile / across * Tile, n0 = tile % across * Tile;
        multiply_tile<E, Tile>(FeedAlongK<Tile>(upstream, m0), FeedAlongI<Tile>(weight, n0), layer.fan_out, m0, n0,
                               shared, [&](int m, int n, float4 sum) {
                                   if (m >= step.rows || n >= layer.fan_in)
                                       return;
                                   const int64_t row = m;
                                   const float4 h =
                                       *reinterpret_cast<const float4*>(activations + row * layer.weight_stride + n);
                                   store_quad(out + row * below.gradient_stride + n, masked(sum, h), layer.fan_in - n);
                               });
    }
}

template <typename E>
__device__ void backward(const StepArguments& s, const StepView& step, int l, float* shared) {
    if (wide(s, step.rows, s.net.layers[l].fan_in)) {
        backward_tiles<E, 64>(s, step, l, shared);
    } else {
        backward_tiles<E, 32>(s, step, l, shared);
    }
}

} // namespace mn::cuda
