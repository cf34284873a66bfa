// Room "backward": from dloss/dz of a layer to that of the layer below, through its weights and the slope of the
// activation between them.
#pragma once

#include "cuda/activation.cuh"
#include "cuda/batch.cuh"
#include "cuda/dropout.cuh"
#include "cuda/tile/quad.cuh"
#include "cuda/tile/tile.cuh"

namespace mn::cuda {

// From the gradient by hidden layer `layer`'s outputs h (the first is 1), columns n .. n + 3 of a row, to that by its
// sums. slopes: those that do not follow from h, which were left where that goes.
__device__ inline float4 through_hidden(const StepArguments& s, Activation activation, int index, int layer, int row,
                                        int n, float4 gradient, const float* h, const float* slopes) {
    const DropoutRule& rule = s.hidden_dropout;
    const bool follows = slope_follows_from_value(activation);
    const float4 by = *reinterpret_cast<const float4*>(follows ? h : slopes);
    if (!rule.drops)
        return times_slope(activation, gradient, by);
    return dropped(rule, index, layer, row, n, times_slope(activation, gradient, follows ? undropped(rule, by) : by));
}

template <typename E, int Tile>
__device__ __noinline__ void backward_tile(int index, int l, int m0, int n0) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& layer = s.net.layers[l];
    multiply_tile<E, Tile>(
        FeedAlongK<Tile, Matrix>(upstream(s.net, layer, step.rows), m0),
        FeedAlongI<Tile, Matrix>(weights(s.net, layer), n0), layer.fan_out, m0, n0, [&](int m, int n, float4 sum) {
            if (m >= step.rows || n >= layer.fan_in)
                return;
            const LayerLayout& below = s.net.layers[l - 1];
            const int64_t row = m;
            const float* const h = inputs(s.net, layer) + row * layer.weight_stride + n;
            float* const to = gradients(s.net, below) + row * below.gradient_stride + n;
            store_quad(to, through_hidden(s, below.activation, index, l, m, n, sum, h, to), layer.fan_in - n);
        });
}

template <typename E, int Tile>
__device__ void backward_tiles(const StepArguments& s, int index, int l) {
    each_tile<Tile>(StepView(s, index).rows, s.net.layers[l].fan_in, 0,
                    [&](int m0, int n0) { backward_tile<E, Tile>(index, l, m0, n0); });
}

template <typename E>
__device__ __noinline__ void backward(int index, int l) {
    const StepArguments& s = arguments();
    if (wide(s.wide_tiles_by, StepView(s, index).rows, s.net.layers[l].fan_in)) {
        backward_tiles<E, 64>(s, index, l);
    } else {
        backward_tiles<E, 32>(s, index, l);
    }
}

} // namespace mn::cuda
