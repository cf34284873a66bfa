// Room "backward": from dloss/dz of a layer to that of the layer below, through its weights and the slope of the
// activation between them.
#pragma once

#include "cuda/activation.cuh"
#include "cuda/batch.cuh"
#include "cuda/dropout.cuh"
#include "cuda/plan.cuh"
#include "cuda/tile/pipeline.cuh"
#include "cuda/tile/quad.cuh"
#include "cuda/tile/tile.cuh"

namespace mn::cuda {

// From the gradient by hidden layer `layer`'s outputs h (the first is 1), columns n .. n + 3 of a row, to that by its
// sums. slopes: those that do not follow from h, which were left where that goes.
__device__ inline float4 through_hidden(const StepArguments& s, Activation activation, int index, int layer, int row,
                                        int n, float4 gradient, const float* h, const float* slopes) {
    const DropoutRule& rule = s.hidden_dropout;
    const bool follows = slope_follows_from_value(activation);
    const float4 by = load_as<float4>(follows ? h : slopes);
    if (!rule.drops)
        return times_slope(activation, gradient, by);
    return dropped(rule, index, layer, row, n, times_slope(activation, gradient, follows ? undropped(rule, by) : by));
}

// Columns n .. n + 3 of a row of the gradient by layer l's inputs, to that by the sums of the layer below.
__device__ __noinline__ inline void hand_down(int index, int l, int row, int n, float4 sum) {
    const StepArguments& s = arguments();
    const LayerLayout layer = layer_at(s.net, l), below = layer_at(s.net, l - 1);
    if (row >= StepView(s, index).rows || n >= layer.fan_in)
        return;
    const float* const h = inputs(s.net, layer) + int64_t{row} * layer.weight_stride + n;
    float* const to = gradients(s.net, below) + int64_t{row} * below.gradient_stride + n;
    store_quad(to, through_hidden(s, below.activation, index, l, row, n, sum, h, to), layer.fan_in - n);
}

// What becomes of a tile's sums: see multiply_streams().
struct BackwardEpilogue {
    int index, l, first_row, first_n;
    float4 h = {};

    __device__ bool plain(const StepArguments& s) const {
        return !s.hidden_dropout.drops && layer_at(s.net, l - 1).activation.kind == ActivationKind::relu;
    }
    __device__ void prepare(int row, int column) {
        const StepArguments& s = arguments();
        const LayerLayout layer = layer_at(s.net, l);
        row += first_row;
        column += first_n;
        if (plain(s) && row < StepView(s, index).rows && column < layer.fan_in)
            h = load_as<float4>(inputs(s.net, layer) + int64_t{row} * layer.weight_stride + column);
    }
    __device__ void finish(int row, int column, float4 sum) const {
        const StepArguments& s = arguments();
        row += first_row;
        column += first_n;
        if (!plain(s))
            return hand_down(index, l, row, column, sum);
        const LayerLayout below = layer_at(s.net, l - 1);
        if (row < StepView(s, index).rows && column < below.fan_out) {
            sum = make_float4(Relu::times_slope(sum.x, h.x, 0), Relu::times_slope(sum.y, h.y, 0),
                              Relu::times_slope(sum.z, h.z, 0), Relu::times_slope(sum.w, h.w, 0));
            store_quad(gradients(s.net, below) + int64_t{row} * below.gradient_stride + column, sum,
                       below.fan_out - column);
        }
    }
};

// The block's share of the layer's tiles.
template <typename E, Cut kCut>
__device__ __noinline__ void backward_streams(int index, int l) {
    using Shape = TeamOf<kCut>;
    const StepArguments& s = arguments();
    const StepView step(s, index);
    each_tile<Shape::kDown, Shape::kAcross>(step.rows, layer_at(s.net, l).fan_in, 0, [&](int row0, int n0) {
        const LayerLayout layer = layer_at(s.net, l);
        multiply_streams<E, Shape, Operand::b>(
            StreamAlongK<Shape, Shape::kDown, Matrix>(upstream(s.net, layer, step.rows), row0),
            StreamAlongI<Shape, Shape::kAcross, Matrix>(weights(s.net, layer), n0), layer.fan_out,
            BackwardEpilogue{index, l, row0, n0});
    });
}

template <typename E, int Tile>
__device__ __noinline__ void backward_tile(int index, int l, int m0, int n0) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout layer = layer_at(s.net, l);
    multiply_tile<E, Tile, false>(FeedAlongK<E, Tile, Matrix>(upstream(s.net, layer, step.rows), m0),
                                  FeedAlongI<E, Tile, Matrix>(weights(s.net, layer), n0), layer.fan_out, m0, n0,
                                  [&](int m, int n, float4 sum) { hand_down(index, l, m, n, sum); });
}

template <typename E, Cut kCut>
__device__ void backward_tiles(int index, int l) {
    if constexpr (E::kTensorCores) {
        backward_streams<E, kCut>(index, l);
    } else {
        constexpr int kTile = down_of(kCut);
        const StepArguments& s = arguments();
        meet();
        each_tile<kTile, kTile>(StepView(s, index).rows, layer_at(s.net, l).fan_in, 0,
                                [&](int m0, int n0) { backward_tile<E, kTile>(index, l, m0, n0); });
    }
}

template <typename E>
__device__ void backward(int index, int l) {
    const Cut cut = plan_at<E>(arguments(), l).backward;
    if constexpr (E::kTensorCores) {
        if (cut == Cut::half)
            return backward_tiles<E, Cut::half>(index, l);
    }
    cut == Cut::large ? backward_tiles<E, Cut::large>(index, l) : backward_tiles<E, Cut::square>(index, l);
}

} // namespace mn::cuda
