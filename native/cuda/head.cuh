// Room "head": the last layer's forward, the loss and the last layer's backward in one, a row in one warp.
#pragma once

#include "cuda/activation.cuh"
#include "cuda/backward.cuh"
#include "cuda/batch.cuh"
#include "cuda/loss.cuh"
#include "cuda/tile/block.cuh"
#include "cuda/tile/quad.cuh"

namespace mn::cuda {

__device__ inline float dot(float4 a, float4 b, float sum) {
    return fmaf(a.w, b.w, fmaf(a.z, b.z, fmaf(a.y, b.y, fmaf(a.x, b.x, sum))));
}

constexpr int kRowsAtOnce = kWarps / kRowWarps;
constexpr int kWarpClasses = kHeadClasses / kRowWarps;

// Sums over the warp of eight values at once: lane 4 c gets the sum of values[c]. At each turn a lane hands on the half
// of them that its partner goes on with; each is added in the order of warp_sum().
__device__ inline float warp_sums(const float (&values)[8]) {
    const int lane = threadIdx.x % 32;
    float four[4], two[2];
#pragma unroll
    for (int c = 0; c < 4; ++c) {
        const bool upper = lane & 16;
        four[c] = (upper ? values[c + 4] : values[c]) + __shfl_xor_sync(~0u, upper ? values[c] : values[c + 4], 16);
    }
#pragma unroll
    for (int c = 0; c < 2; ++c) {
        const bool upper = lane & 8;
        two[c] = (upper ? four[c + 2] : four[c]) + __shfl_xor_sync(~0u, upper ? four[c] : four[c + 2], 8);
    }
    const bool upper = lane & 4;
    float sum = (upper ? two[1] : two[0]) + __shfl_xor_sync(~0u, upper ? two[0] : two[1], 4);
    sum += __shfl_xor_sync(~0u, sum, 2);
    return sum + __shfl_xor_sync(~0u, sum, 1);
}

// Some of a row's logits, z[c] = h . weight[c]: of classes part, part + kRowWarps .. Three quads of a lane are on their
// way at once.
__device__ inline void head_logits(int part, int classes, int stride, const float* weight, const float* h, float* z) {
    static_assert(kWarpClasses == 8);
    constexpr int kAtOnce = 3;
    const int lane = threadIdx.x % 32;
    float sums[kWarpClasses] = {};
    for (int first = 4 * lane; first < stride; first += 128 * kAtOnce) {
        float4 x[kAtOnce];
#pragma unroll
        for (int n = 0; n < kAtOnce; ++n)
            x[n] = first + 128 * n < stride ? load_as<float4>(h + first + 128 * n) : make_float4(0, 0, 0, 0);
#pragma unroll
        for (int i = 0; i < kWarpClasses; ++i) {
            const int c = part + kRowWarps * i;
            if (c >= classes)
                break;
            const float* const from = weight + int64_t{c} * stride + first;
            float4 w[kAtOnce];
#pragma unroll
            for (int n = 0; n < kAtOnce; ++n)
                w[n] = first + 128 * n < stride ? load_as<float4>(from + 128 * n) : make_float4(0, 0, 0, 0);
#pragma unroll
            for (int n = 0; n < kAtOnce; ++n)
                sums[i] = dot(x[n], w[n], sums[i]);
        }
    }
    const float sum = warp_sums(sums);
    const int c = part + kRowWarps * (lane / 4);
    if (lane % 4 == 0 && c < classes)
        z[c] = sum;
}

__device__ inline float4 add_scaled(float by, float4 v, float4 sum) {
    return make_float4(fmaf(by, v.x, sum.x), fmaf(by, v.y, sum.y), fmaf(by, v.z, sum.z), fmaf(by, v.w, sum.w));
}

// Some of a row's dloss/dz of the layer below, which handed on h, from that of the last layer.
__device__ inline void head_backward(const StepArguments& s, int part, const LayerLayout& layer, const float* weight,
                                     const float* h, const float* dz, Activation activation, int index, int row,
                                     float* below) {
    const int classes = layer.fan_out, stride = layer.weight_stride, last = s.net.layer_count - 1;
    for (int j = 4 * (part * 32 + threadIdx.x % 32); j < layer.fan_in; j += 128 * kRowWarps) {
        float4 sum = make_float4(0, 0, 0, 0);
#pragma unroll 4
        for (int c = 0; c < classes; ++c)
            sum = add_scaled(dz[c], load_as<float4>(weight + int64_t{c} * stride + j), sum);
        store_quad(below + j, through_hidden(s, activation, index, last, row, j, sum, h + j, below + j),
                   layer.fan_in - j);
    }
}

// For few classes, behind at least one hidden layer. Neighbours in the batch go to different blocks.
__device__ __noinline__ inline void head(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout layer = layer_at(s.net, s.net.layer_count - 1);
    const LayerLayout below = layer_at(s.net, s.net.layer_count - 2);
    const float* const weight = global(s.net.parameters) + layer.weight;
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, part = warp % kRowWarps, slot = warp / kRowWarps;
    float* const z = tile_memory + slot * kHeadClasses;
    for (int first = blockIdx.x; first < step.rows; first += gridDim.x * kRowsAtOnce) {
        const int row = first + slot * gridDim.x;
        const bool exists = row < step.rows;
        const float* const h = inputs(s.net, layer) + int64_t{row} * layer.weight_stride;
        const RowTruth truth = exists && part == 0 ? RowTruth(s, step, row) : RowTruth();
        if (exists)
            head_logits(part, layer.fan_out, layer.weight_stride, weight, h, z);
        __syncthreads();
        if (exists && part == 0) {
            loss_row(s, step, row, truth, z, layer.fan_out);
            if (lane < layer.fan_out)
                gradients(s.net, layer)[int64_t{row} * layer.gradient_stride + lane] = z[lane];
        }
        __syncthreads();
        if (exists) {
            head_backward(s, part, layer, weight, h, z, below.activation, index, row,
                          gradients(s.net, below) + int64_t{row} * below.gradient_stride);
        }
        __syncthreads();
    }
}

} // namespace mn::cuda
