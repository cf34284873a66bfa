// Room "forward": a layer's outputs, ReLU applied in the hidden ones.
#pragma once

#include "cuda/tile/tile.cuh"

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
    // In the order of the pass, or where there is none in the data set; neither has more than 2^31 - 1.
    __device__ int place(const StepArguments& s, int row) const {
        return static_cast<int>(s.data.order ? position + row : s.first + position + row);
    }
    __device__ int label(const StepArguments& s, int row) const {
        const int at = place(s, row);
        return s.data.labels[s.data.order ? s.data.order[at] : at];
    }
};

__device__ inline float* inputs(const NetArguments& net, const LayerLayout& layer) {
    return net.activations + layer.input * net.rows_held;
}

__device__ inline float* gradients(const NetArguments& net, const LayerLayout& layer) {
    return net.gradients + layer.gradient * net.rows_held;
}

// [rows, fan_in + 1]: the pixels for the first layer.
__device__ inline Input layer_input(const StepArguments& s, const StepView& step, int l) {
    const LayerLayout& layer = s.net.layers[l];
    const float* const values = l > 0 ? inputs(s.net, layer) : nullptr;
    return {{values, layer.weight_stride, step.rows}, &s.data, step.place(s, 0)};
}

__device__ inline float relu(float z) {
    return z > 0 || z != z ? z : 0.0f; // a NaN stays one, so that the loss shows it
}

__device__ inline Matrix weights(const NetArguments& net, const LayerLayout& layer) {
    return {net.parameters + layer.weight, layer.weight_stride, layer.fan_out};
}

// dloss/dz of a layer.
__device__ inline Matrix upstream(const NetArguments& net, const LayerLayout& layer, int rows) {
    return {gradients(net, layer), layer.gradient_stride, rows};
}

// Whether a product of so many rows and columns is cut into large tiles.
__device__ inline bool wide(const StepArguments& s, int rows, int columns) {
    return static_cast<int64_t>(ceil_div(rows, 64)) * ceil_div(columns, 64) >= s.wide_tiles_from;
}

// Calls visit(m0, n0) with the block's share of a product's tiles. Tiles are dealt out in turn, the first to block
// `turn`; the number of tiles.
template <int Tile, typename Visit>
__device__ int each_tile(int rows, int columns, int turn, Visit&& visit) {
    const int across = ceil_div(columns, Tile), tiles = across * ceil_div(rows, Tile);
    const int blocks = gridDim.x, block = blockIdx.x;
    for (int tile = block >= turn ? block - turn : block - turn + blocks; tile < tiles; tile += blocks)
        visit(tile / across * Tile, tile % across * Tile);
    return tiles;
}

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
            if (hidden)
                z = make_float4(relu(z.x), relu(z.y), relu(z.z), relu(z.w));
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
    if (wide(s, StepView(s, index).rows, s.net.layers[l].fan_out)) {
        forward_tiles<E, 64>(s, index, l);
    } else {
        forward_tiles<E, 32>(s, index, l);
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
