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

// A row's logits: z[c] = h . weight[c], eight classes at a time.
__device__ inline void head_logits(const LayerLayout& layer, const float* weight, const float* h, float* z) {
    constexpr int kAtOnce = 8;
    const int lane = threadIdx.x % 32;
    for (int c0 = 0; c0 < layer.fan_out; c0 += kAtOnce) {
        float sums[kAtOnce] = {};
        for (int j = 4 * lane; j < layer.weight_stride; j += 128) {
            const float4 x = *reinterpret_cast<const float4*>(h + j);
#pragma unroll
            for (int c = 0; c < kAtOnce; ++c) {
                const int64_t out = min(c0 + c, layer.fan_out - 1);
                sums[c] = dot(x, *reinterpret_cast<const float4*>(weight + out * layer.weight_stride + j), sums[c]);
            }
        }
#pragma unroll
        for (int c = 0; c < kAtOnce; ++c) {
            const float total = warp_sum(sums[c]);
            if (lane == 0 && c0 + c < layer.fan_out)
                z[c0 + c] = total;
        }
    }
    __syncwarp();
}

// From a row's dloss/dz of the last layer to that of the layer below, which handed on h by `activation`.
__device__ inline void head_backward(const StepArguments& s, const LayerLayout& layer, const float* weight,
                                     const float* h, const float* dz, Activation activation, int index, int row,
                                     float* below) {
    for (int j = 4 * (threadIdx.x % 32); j < layer.fan_in; j += 128) {
        float4 sum = make_float4(0, 0, 0, 0);
        for (int c = 0; c < layer.fan_out; ++c) {
            const int64_t at = static_cast<int64_t>(c) * layer.weight_stride;
            const float4 w = *reinterpret_cast<const float4*>(weight + at + j);
            sum = make_float4(fmaf(dz[c], w.x, sum.x), fmaf(dz[c], w.y, sum.y), fmaf(dz[c], w.z, sum.z),
                              fmaf(dz[c], w.w, sum.w));
        }
        const int last = s.net.layer_count - 1;
        store_quad(below + j, through_hidden(s, activation, index, last, row, j, sum, h + j, below + j),
                   layer.fan_in - j);
    }
}

// For few classes, behind at least one hidden layer.
__device__ __noinline__ inline void head(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& layer = s.net.layers[s.net.layer_count - 1];
    const LayerLayout& below = s.net.layers[s.net.layer_count - 2];
    const float* const weight = s.net.parameters + layer.weight;
    float* const z = tile_memory + threadIdx.x / 32 * kHeadClasses;
    each_row(step, [&](int r) {
        const int64_t row = r;
        const float* const h = inputs(s.net, layer) + row * layer.weight_stride;
        head_logits(layer, weight, h, z);
        loss_row(s, step, r, z, layer.fan_out);
        head_backward(s, layer, weight, h, z, below.activation, index, r,
                      gradients(s.net, below) + row * below.gradient_stride);
        const int lane = threadIdx.x % 32;
        if (lane < layer.fan_out)
            gradients(s.net, layer)[row * layer.gradient_stride + lane] = z[lane];
        __syncwarp();
    });
    __syncthreads(); // the next phase's tiles lie in the same shared memory
}

} // namespace mn::cuda
