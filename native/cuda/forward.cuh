// Room "forward": a layer's outputs, ReLU applied in the hidden ones.
#pragma once

#include "cuda/tile.cuh"

namespace mn::cuda {

// The part of the pass that one step works on.
struct StepView {
    int index = 0;
    int rows = 0;
    int64_t position = 0;

    __device__ StepView(const StepArguments& s, int step) : index(step) {
        position = step * s.batch_size;
        const int64_t left = s.samples - position;
        rows = static_cast<int>(left < s.batch_size ? left : s.batch_size);
    }
    __device__ int label(const StepArguments& s, int row) const {
        const int64_t at = position + row;
        return s.data.labels[s.data.order ? s.data.order[at] : s.first + at];
    }
};

__device__ inline float* inputs(const NetArguments& net, const LayerLayout& layer) {
    return net.activations + layer.input * net.rows_held;
}

__device__ inline float* gradients(const NetArguments& net, const LayerLayout& layer) {
    return net.gradients + layer.gradient * net.rows_held;
}

// [rows, fan_in + 1]: the pixels for the first layer.
__device__ inline Source layer_input(const StepArguments& s, const StepView& step, int l) {
    const LayerLayout& layer = s.net.layers[l];
    if (l > 0)
        return matrix(inputs(s.net, layer), layer.weight_stride, step.rows);
    return {nullptr, s.data.stride, step.rows, layer.weight_stride, &s.data, step.position, s.first};
}

__device__ inline float relu(float z) {
    return z > 0 || z != z ? z : 0.0f; // a NaN stays one, so that the loss shows it
}

// Whether a product of so many rows and columns is cut into large tiles.
__device__ inline bool wide(const StepArguments& s, int rows, int columns) {
    return static_cast<int64_t>(ceil_div(rows, 64)) * ceil_div(columns, 64) >= s.wide_tiles_from;
}

template <typename E, int Tile>
__device__ __noinline__ void forward_tiles(const StepArguments& s, const StepView& step, int l, float* shared) {
    const LayerLayout& layer = s.net.layers[l];
    const bool hidden = l + 1 < s.net.layer_count;
    float* const out = hidden ? inputs(s.net, s.net.layers[l + 1]) : gradients(s.net, layer);
    const int64_t out_stride = hidden ? s.net.layers[l + 1].weight_stride : layer.gradient_stride;
    const Source in = layer_input(s, step, l);
    const Source weight = matrix(s.net.parameters + layer.weight, layer.weight_stride, layer.fan_out);
    const int across = ceil_div(layer.fan_out, Tile), tiles = across * ceil_div(step.rows, Tile);
    for (int tile = blockIdx.x; tile < tiles; tile += gridDim.x) {
        const int m0 = tile / across * Tile, n0 = tile % across * Tile;
        multiply_tile<E, Tile>(FeedAlongK<Tile>(in, m0), FeedAlongK<Tile>(weight, n0), layer.fan_in + 1, m0, n0, shared,
                               [&](int m, int n, float4 z) {
                                   if (m >= step.rows || n >= layer.fan_out)
                                       return;
                                   if (hidden)
                                       z = make_float4(relu(z.x), relu(z.y), relu(z.z), relu(z.w));
                                   store_quad(out + m * out_stride + n, z, layer.fan_out - n);
                               });
    }
}

template <typename E>
__device__ void forward(const StepArguments& s, const StepView& step, int l, float* shared) {
    if (wide(s, step.rows, s.net.layers[l].fan_out)) {
        forward_tiles<E, 64>(s, step, l, shared);
    } else {
        forward_tiles<E, 32>(s, step, l, shared);
    }
}

// The inputs that are always 1, one for each row that there is room for.
__device__ inline void fill_ones(const NetArguments& net) {
    for (int l = 1; l < net.layer_count; ++l) {
        const LayerLayout& layer = net.layers[l];
        for (int row = blockIdx.x * kThreads + threadIdx.x; row < net.rows_held; row += gridDim.x * kThreads) {
            inputs(net, layer)[static_cast<int64_t>(row) * layer.weight_stride + layer.fan_in] = 1.0f;
        }
    }
}

} // namespace mn::cuda
