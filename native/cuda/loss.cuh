// Room "loss": softmax cross-entropy of a row by one warp, with its gradient; what a step's losses are divided by, and
// the step's outcome.
#pragma once

#include "cuda/batch.cuh"
#include "cuda/tile/block.cuh"

namespace mn::cuda {

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

// One row's losses and prediction, at a place of the results; 0 where the label is ignored. The whole warp calls.
__device__ inline void score_row(const StepArguments& s, const RowSoftmax& softmax, const float* z, int classes,
                                 int label, int64_t at) {
    const LossRule& rule = s.loss;
    const int lane = threadIdx.x % 32;
    float smooth = 0;
    if (rule.smoothed_share != 0) {
        for (int c = lane; c < classes; c += 32)
            smooth += rule.weight(c) * softmax.negative_log(z[c]);
        smooth = warp_sum(smooth);
    }
    if (lane != 0)
        return;
    const bool counts = rule.counts(label);
    const float plain = counts ? softmax.negative_log(z[label]) : 0.0f;
    s.row_losses[at] = counts ? rule.loss(label, plain, smooth) : 0.0f;
    s.row_plain_losses[at] = plain;
    s.row_predictions[at] = softmax.prediction;
}

// Turns a row's logits into dloss/dz, in place.
__device__ inline void loss_row(const StepArguments& s, const StepView& step, int row, float* z, int classes) {
    const int label = step.label(s, row);
    const Norm& norm = s.norms[step.index];
    const float share = s.loss.share(norm.weight_sum);
    const RowSoftmax softmax(z, classes);
    score_row(s, softmax, z, classes, label, row);
    __syncwarp();
    for (int c = threadIdx.x % 32; c < classes; c += 32) {
        z[c] = s.loss.counts(label) ? s.loss.gradient(c, label, softmax.probability(z[c]), share) : 0.0f;
    }
    __syncwarp();
}

__device__ __noinline__ inline void loss(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& last = s.net.layers[s.net.layer_count - 1];
    each_row(step, [&](int row) {
        loss_row(s, step, row, gradients(s.net, last) + static_cast<int64_t>(row) * last.gradient_stride, last.fan_out);
    });
}

// Losses and prediction of every row of the pass, at its position.
__device__ __noinline__ inline void score(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout& last = s.net.layers[s.net.layer_count - 1];
    each_row(step, [&](int row) {
        const float* z = gradients(s.net, last) + static_cast<int64_t>(row) * last.gradient_stride;
        const int64_t at = step.position + row;
        const int label = step.label(s, row);
        score_row(s, RowSoftmax(z, last.fan_out), z, last.fan_out, label, at);
    });
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

// By one block: the step's losses and hits, and whether it or a step before diverged.
__device__ __noinline__ inline void finish_step(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    double loss = 0, objective = 0;
    int correct = 0;
    for (int row = threadIdx.x; row < step.rows; row += kThreads) {
        loss += static_cast<double>(s.row_plain_losses[row]);
        objective += static_cast<double>(s.row_losses[row]);
        const int label = step.label(s, row);
        correct += s.loss.counts(label) && s.row_predictions[row] == label;
    }
    loss = block_sum(loss);
    objective = block_sum(objective);
    correct = block_sum(correct);
    if (threadIdx.x != 0)
        return;
    const Norm& norm = s.norms[step.index];
    loss /= static_cast<double>(norm.counted);
    const bool has_mean = s.loss.has_mean(norm.weight_sum);
    if (s.loss.mean)
        objective = has_mean ? objective / norm.weight_sum : nan("");
    const bool before = step.index > 0 && s.outcomes[step.index - 1].diverged;
    s.outcomes[step.index] = {loss, objective, correct, before || (has_mean && !isfinite(objective))};
}

} // namespace mn::cuda
