// Room "update": weight gradients, each tile applying the optimizer to its weights at once, so that no gradient ever
// reaches memory; and the step's outcome.
#pragma once

#include "cuda/loss.cuh"

namespace mn::cuda {

__device__ inline float* at(float* vector, int64_t i) {
    return vector ? vector + i : nullptr;
}

__device__ inline float4 read_quad(const float* from) {
    return from ? *reinterpret_cast<const float4*>(from) : make_float4(0, 0, 0, 0);
}

// Four neighbours in a row of weights, of which the first `count` exist.
__device__ inline void update_quad(const StepArguments& s, const StepScalars& scalars, int64_t where, float4 gradient,
                                   int count) {
    float* const slots[4] = {s.net.parameters + where, at(s.net.first, where), at(s.net.second, where),
                             at(s.net.max_second, where)};
    const float4 p = read_quad(slots[0]), m = read_quad(slots[1]), v = read_quad(slots[2]), x = read_quad(slots[3]);
    Weight w[4] = {{p.x, m.x, v.x, x.x}, {p.y, m.y, v.y, x.y}, {p.z, m.z, v.z, x.z}, {p.w, m.w, v.w, x.w}};
    const float g[4] = {gradient.x, gradient.y, gradient.z, gradient.w};
#pragma unroll
    for (int e = 0; e < 4; ++e)
        update(s.optimizer, scalars, g[e], w[e]);
    store_quad(slots[0], make_float4(w[0].p, w[1].p, w[2].p, w[3].p), count);
    if (slots[1])
        store_quad(slots[1], make_float4(w[0].first, w[1].first, w[2].first, w[3].first), count);
    if (slots[2])
        store_quad(slots[2], make_float4(w[0].second, w[1].second, w[2].second, w[3].second), count);
    if (slots[3]) {
        store_quad(slots[3], make_float4(w[0].max_second, w[1].max_second, w[2].max_second, w[3].max_second), count);
    }
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
                               update_quad(s, s.scalars[index], where, gradient, layer.fan_in + 1 - n);
                           });
}

// Sum over the block in a fixed order; every thread gets it.
template <typename T>
__device__ T block_sum(T value) {
    T* const shared = reinterpret_cast<T*>(tile_memory);
    __syncthreads();
    shared[threadIdx.x] = value;
    __syncthreads();
    for (int apart = kThreads / 2; apart > 0; apart /= 2) {
        if (threadIdx.x < apart)
            shared[threadIdx.x] += shared[threadIdx.x + apart];
        __syncthreads();
    }
    const T total = shared[0];
    __syncthreads();
    return total;
}

// By one block: the step's loss and hits, and whether it or a step before diverged.
__device__ __noinline__ inline void finish_step(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    double loss = 0;
    int correct = 0;
    for (int row = threadIdx.x; row < step.rows; row += kThreads) {
        loss += static_cast<double>(s.row_losses[row]);
        const int label = step.label(s, row);
        correct += s.loss.counts(label) && s.row_predictions[row] == label;
    }
    loss = block_sum(loss);
    correct = block_sum(correct);
    if (threadIdx.x != 0)
        return;
    const Norm& norm = s.norms[step.index];
    if (s.loss.mean)
        loss /= norm.weight_sum;
    const bool before = step.index > 0 && s.outcomes[step.index - 1].diverged;
    s.outcomes[step.index] = {loss, correct, before || (norm.counted > 0 && !isfinite(loss))};
}

// All layers' tiles are dealt out to the blocks in one round; `dealt` counts those of the layers before.
template <typename E, int Tile>
__device__ int update_layer(const StepArguments& s, int index, int l, int dealt) {
    const LayerLayout& layer = s.net.layers[l];
    return each_tile<Tile>(layer.fan_out, layer.fan_in + 1, dealt % gridDim.x,
                           [&](int m0, int n0) { update_tile<E, Tile>(index, l, m0, n0); });
}

template <typename E>
__device__ __noinline__ void update_all(int index) {
    const StepArguments& s = arguments();
    if (blockIdx.x == gridDim.x - 1)
        finish_step(index);
    int dealt = 0;
    for (int l = 0; l < s.net.layer_count; ++l) {
        if (wide(s, s.net.layers[l].fan_out, s.net.layers[l].fan_in + 1)) {
            dealt += update_layer<E, 64>(s, index, l, dealt);
        } else {
            dealt += update_layer<E, 32>(s, index, l, dealt);
        }
    }
}

// What the losses of steps first .. first + count - 1 are divided by.
__device__ __noinline__ inline void sum_norms(int first, int count) {
    const StepArguments& s = arguments();
    for (int index = first + blockIdx.x; index < first + count; index += gridDim.x) {
        const StepView step(s, index);
        double weight_sum = 0;
        int counted = 0;
        for (int row = threadIdx.x; row < step.rows; row += kThreads) {
            const int label = step.label(s, row);
            if (!s.loss.counts(label))
                continue;
            weight_sum += static_cast<double>(s.loss.weight(label));
            ++counted;
        }
        weight_sum = block_sum(weight_sum);
        counted = block_sum(counted);
        if (threadIdx.x == 0)
            s.norms[index] = {weight_sum, counted};
    }
}

} // namespace mn::cuda
