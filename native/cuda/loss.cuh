// Room "loss": softmax cross-entropy of a row by one warp, with its gradient; alone, or between the last layer's
// forward and backward.
#pragma once

#include "cuda/backward.cuh"

namespace mn::cuda {

// Butterflies: every lane ends with the same bits.
__device__ inline float warp_sum(float value) {
#pragma unroll
    for (int apart = 16; apart > 0; apart /= 2)
        value += __shfl_xor_sync(~0u, value, apart);
    return value;
}

struct Largest {
    float value;
    int index;
};

// The first of equals.
__device__ inline Largest warp_largest(Largest best) {
#pragma unroll
    for (int apart = 16; apart > 0; apart /= 2) {
        const float value = __shfl_xor_sync(~0u, best.value, apart);
        const int index = __shfl_xor_sync(~0u, best.index, apart);
        if (value > best.value || (value == best.value && index < best.index))
            best = {value, index};
    }
    return best;
}

struct RowSoftmax {
    float largest, log_sum, inverse_sum;
    int prediction;

    __device__ RowSoftmax(const float* z, int classes) {
        const int lane = threadIdx.x % 32;
        Largest best{-INFINITY, 0x7fffffff};
        for (int c = lane; c < classes; c += 32) {
            if (z[c] > best.value)
                best = {z[c], c};
        }
        best = warp_largest(best);
        largest = best.value;
        prediction = best.index < classes ? best.index : 0;
        float sum = 0;
        for (int c = lane; c < classes; c += 32)
            sum += expf(z[c] - largest);
        sum = warp_sum(sum);
        log_sum = logf(sum);
        inverse_sum = 1.0f / sum;
    }
    __device__ float negative_log(float z) const { return log_sum - (z - largest); }
    __device__ float probability(float z) const { return expf(z - largest) * inverse_sum; }
};

// One row's loss and prediction; 0 where the label is ignored. The whole warp calls.
__device__ inline void score_row(const LossRule& rule, const RowSoftmax& softmax, const float* z, int classes,
                                 int label, float* loss, int32_t* prediction) {
    const int lane = threadIdx.x % 32;
    float smooth = 0;
    if (rule.smoothed_share != 0) {
        for (int c = lane; c < classes; c += 32)
            smooth += rule.weight(c) * softmax.negative_log(z[c]);
        smooth = warp_sum(smooth);
    }
    if (lane != 0)
        return;
    *loss = rule.counts(label) ? rule.loss(label, softmax.negative_log(z[label]), smooth) : 0.0f;
    *prediction = softmax.prediction;
}

// Turns a row's logits into dloss/dz, in place.
__device__ inline void loss_row(const StepArguments& s, const StepView& step, int row, float* z, int classes) {
    const int label = step.label(s, row);
    const Norm& norm = s.norms[step.index];
    const float share = s.loss.mean ? static_cast<float>(1.0 / norm.weight_sum) : 1.0f;
    const RowSoftmax softmax(z, classes);
    score_row(s.loss, softmax, z, classes, label, s.row_losses + row, s.row_predictions + row);
    __syncwarp();
    for (int c = threadIdx.x % 32; c < classes; c += 32) {
        z[c] = s.loss.counts(label) ? s.loss.gradient(c, label, softmax.probability(z[c]), share) : 0.0f;
    }
    __syncwarp();
}

// Calls visit(row) with each of the step's rows in one warp; neighbours go to different blocks.
template <typename Visit>
__device__ void each_row(const StepView& step, Visit&& visit) {
    for (int row = blockIdx.x + threadIdx.x / 32 * gridDim.x; row < step.rows; row += gridDim.x * kWarps)
        visit(row);
}

__device__ __noinline__ inline void loss(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& last = s.net.layers[s.net.layer_count - 1];
    each_row(step, [&](int row) {
        loss_row(s, step, row, gradients(s.net, last) + static_cast<int64_t>(row) * last.gradient_stride, last.fan_out);
    });
}

// Loss and prediction of every row of the pass, at its position.
__device__ __noinline__ inline void score(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& last = s.net.layers[s.net.layer_count - 1];
    each_row(step, [&](int row) {
        const float* z = gradients(s.net, last) + static_cast<int64_t>(row) * last.gradient_stride;
        const int64_t at = step.position + row;
        const RowSoftmax softmax(z, last.fan_out);
        score_row(s.loss, softmax, z, last.fan_out, step.label(s, row), s.row_losses + at, s.row_predictions + at);
    });
}

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

// From a row's dloss/dz of the last layer to that of the layer below.
__device__ inline void head_backward(const LayerLayout& layer, const float* weight, const float* h, const float* dz,
                                     float* below) {
    for (int j = 4 * (threadIdx.x % 32); j < layer.fan_in; j += 128) {
        float4 sum = make_float4(0, 0, 0, 0);
        for (int c = 0; c < layer.fan_out; ++c) {
            const int64_t row = static_cast<int64_t>(c) * layer.weight_stride;
            const float4 w = *reinterpret_cast<const float4*>(weight + row + j);
            sum = make_float4(fmaf(dz[c], w.x, sum.x), fmaf(dz[c], w.y, sum.y), fmaf(dz[c], w.z, sum.z),
                              fmaf(dz[c], w.w, sum.w));
        }
        store_quad(below + j, masked(sum, *reinterpret_cast<const float4*>(h + j)), layer.fan_in - j);
    }
}

// The last layer's forward, loss and backward, a row in one warp: for few classes, behind at least one hidden layer.
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
        head_backward(layer, weight, h, z, gradients(s.net, below) + row * below.gradient_stride);
        const int lane = threadIdx.x % 32;
        if (lane < layer.fan_out)
            gradients(s.net, layer)[row * layer.gradient_stride + lane] = z[lane];
        __syncwarp();
    });
    __syncthreads(); // the next phase's tiles lie in the same shared memory
}

} // namespace mn::cuda
