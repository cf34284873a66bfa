// Room "loss": softmax cross-entropy of a row, or its distances from targets, by one warp, with its gradient; what a
// step's losses are divided by, and the step's outcome.
#pragma once

#include "cuda/arithmetic.h"
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
                                 int label, float weight, int64_t at) {
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
    // what a weight of 0 multiplies may be infinite
    global(s.row_losses)[at] = counts && weight != 0 ? weight * rule.loss(label, plain, smooth) : 0.0f;
    global(s.row_plain_losses)[at] = plain;
    global(s.row_predictions)[at] = softmax.prediction;
}

// One row's losses and errors against its targets, at a place of the results; its outputs become dloss/dz where that is
// wanted: `factor` times the slopes. The whole warp calls.
template <LossKind kKind>
__device__ void compare_row(const StepArguments& s, int sample, float* z, int outputs, float weight, float factor,
                            bool gradient, int64_t at) {
    const float* const targets = global(s.data.targets) + static_cast<int64_t>(sample) * outputs;
    float value = 0, plain = 0, absolute = 0, squared = 0;
    int right = 0;
    for (int c = threadIdx.x % 32; c < outputs; c += 32) {
        const float t = targets[c];
        const OutputLoss<float> loss = OutputRule<kKind>::of(z[c], t, s.loss.parameter_of(c));
        value += loss.value;
        plain += loss.plain;
        absolute += fabsf(loss.error);
        squared += loss.error * loss.error;
        right += kKind == LossKind::bce && (z[c] > 0) == (t > 0.5f);
        if (gradient)
            z[c] = factor * loss.slope;
    }
    value = warp_sum(value);
    plain = warp_sum(plain);
    absolute = warp_sum(absolute);
    squared = warp_sum(squared);
    right = static_cast<int>(warp_sum(static_cast<float>(right))); // exact below 2^24
    if (threadIdx.x % 32 != 0)
        return;
    const float share = 1.0f / static_cast<float>(outputs);
    global(s.row_losses)[at] = weight != 0 ? weight * (value * share) : 0.0f;
    global(s.row_plain_losses)[at] = plain * share;
    global(s.row_errors)[at] = {absolute * share, squared * share};
    global(s.row_predictions)[at] = right;
}

__device__ __noinline__ inline void compare(int index, int row, float* z, bool gradient, int64_t at) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const int outputs = layer_at(s.net, s.net.layer_count - 1).fan_out;
    const float weight = step.weight(s, row);
    float factor = 0;
    if (gradient)
        factor = global(s.norms)[index].share * weight / static_cast<float>(outputs);
    with_target_loss(s.loss.kind, [&](auto kind) {
        compare_row<kind.value>(s, step.sample(s, row), z, outputs, weight, factor, gradient, at);
    });
    __syncwarp();
}

// What a row's cross-entropy is of, besides its outputs.
struct RowTruth {
    int label = 0;
    float weight = 0, share = 0;

    __device__ RowTruth(const StepArguments& s, const StepView& step, int row) {
        if (s.loss.has_targets())
            return;
        const int sample = step.sample(s, row);
        label = global(s.data.labels)[sample];
        weight = StepView::weight_of(s, sample);
        share = global(s.norms)[step.index].share * weight;
    }
    RowTruth() = default;
};

// Turns a row's outputs into dloss/dz, in place.
__device__ inline void loss_row(const StepArguments& s, const StepView& step, int row, const RowTruth& truth, float* z,
                                int classes) {
    if (s.loss.has_targets())
        return compare(step.index, row, z, true, row);
    const int label = truth.label;
    const float weight = truth.weight, share = truth.share;
    const RowSoftmax softmax(z, classes);
    score_row(s, softmax, z, classes, label, weight, row);
    __syncwarp();
    for (int c = threadIdx.x % 32; c < classes; c += 32) {
        z[c] = s.loss.counts(label) ? s.loss.gradient(c, label, softmax.probability(z[c]), share) : 0.0f;
    }
    __syncwarp();
}

__device__ __noinline__ inline void loss(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout last = layer_at(s.net, s.net.layer_count - 1);
    each_row(step, [&](int row) {
        loss_row(s, step, row, RowTruth(s, step, row),
                 gradients(s.net, last) + static_cast<int64_t>(row) * last.gradient_stride, last.fan_out);
    });
}

// Losses and prediction of every row of the pass, at its position.
__device__ __noinline__ inline void score(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const LayerLayout last = layer_at(s.net, s.net.layer_count - 1);
    each_row(step, [&](int row) {
        float* z = gradients(s.net, last) + static_cast<int64_t>(row) * last.gradient_stride;
        const int64_t at = step.position + row;
        if (s.loss.has_targets())
            return compare(index, row, z, false, at);
        const int label = step.label(s, row);
        score_row(s, RowSoftmax(z, last.fan_out), z, last.fan_out, label, step.weight(s, row), at);
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
            const int sample = step.looked_up(s, row); // not of the step that is at hand
            double weight = static_cast<double>(StepView::weight_of(s, sample));
            if (!s.loss.has_targets()) {
                const int label = global(s.data.labels)[sample];
                if (!s.loss.counts(label))
                    continue;
                weight *= static_cast<double>(s.loss.weight(label));
            }
            weight_sum += weight;
            ++counted;
        }
        weight_sum = block_sum(weight_sum);
        counted = block_sum(counted);
        if (threadIdx.x == 0)
            global(s.norms)[index] = {weight_sum, counted, s.loss.share(weight_sum)};
    }
}

// By one block: the step's losses and hits, and whether it diverged; if so, no step runs after it.
__device__ __noinline__ inline void finish_step(int index) {
    const StepArguments& s = arguments();
    const StepView step(s, index);
    const bool targets = s.loss.has_targets();
    double loss = 0, objective = 0, absolute = 0;
    int correct = 0;
    for (int row = threadIdx.x; row < step.rows; row += kThreads) {
        loss += static_cast<double>(global(s.row_plain_losses)[row]);
        objective += static_cast<double>(global(s.row_losses)[row]);
        if (targets) {
            absolute += static_cast<double>(global(s.row_errors)[row].absolute);
            correct += global(s.row_predictions)[row];
            continue;
        }
        const int label = step.label(s, row);
        correct += s.loss.counts(label) && global(s.row_predictions)[row] == label;
    }
    loss = block_sum(loss);
    objective = block_sum(objective);
    correct = block_sum(correct);
    if (targets)
        absolute = block_sum(absolute);
    if (threadIdx.x != 0)
        return;
    const Norm norm = global(s.norms)[step.index];
    loss /= static_cast<double>(norm.counted);
    const bool has_mean = s.loss.has_mean(norm.weight_sum);
    if (s.loss.mean)
        objective = has_mean ? objective / norm.weight_sum : nan("");
    absolute /= static_cast<double>(norm.counted);
    const bool diverged = has_mean && !isfinite(objective);
    s.outcomes[step.index] = {loss, objective, absolute, correct, diverged};
    if (diverged)
        atomicExch(s.first_diverged, step.index);
}

} // namespace mn::cuda
