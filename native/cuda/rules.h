// The kernels' plain logic: where a value lies in a tile, what a byte stands for, one parameter's update, one logit's
// gradient. No CUDA in here, so that the host's tests run the very same code.
#pragma once

#include <cmath>
#include <cstdint>

#ifdef __CUDACC__
#define MN_HOST_DEVICE __host__ __device__
#else
#define MN_HOST_DEVICE
#endif

namespace mn::cuda {

constexpr int kThreads = 256; // of every block
constexpr int kWarps = kThreads / 32;
constexpr int kBlocksPerMultiprocessor = 2; // registers are given out for so many at once

template <typename T>
MN_HOST_DEVICE constexpr T round_up(T value, T multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

template <typename T>
MN_HOST_DEVICE constexpr T ceil_div(T value, T divisor) {
    return (value + divisor - 1) / divisor;
}

// ---- tiles
// -----------------------------------------------------------------------------------------------------------

// A block computes a square of kTile x kTile outputs, kDepth products deep at a time. Small squares are shared by
// kSlices groups of warps, each of which sums its own part of the depth; the parts are added in a fixed order.
template <int Tile>
struct TileShape {
    static_assert(Tile == 32 || Tile == 64);
    static constexpr int kTile = Tile;
    static constexpr int kSlices = Tile == 32 ? 4 : 1;
    static constexpr int kDepth = Tile == 32 ? 64 : 32;
    static constexpr int kSliceDepth = kDepth / kSlices;
    static constexpr int kSliceThreads = kThreads / kSlices;
    static constexpr int kOperandFloats = kTile * kDepth;        // one operand, one of two buffers
    static constexpr int kQuads = kTile * kTile / 4 / kThreads;  // outputs of a thread, four by four
    static constexpr int kLoads = kOperandFloats / 4 / kThreads; // float4 of an operand a thread loads
    static constexpr int kLoadDepth = kDepth / kLoads;
    static_assert(kSlices * kTile * kTile <= 4 * kOperandFloats, "the sums must fit where the operands were");
};

// An operand in shared memory is [depth][tile]; the exclusive-or spreads rows over the banks, so that neither a
// transposing store nor a tensor-core fragment's load meets a conflict. Aligned groups of 8 stay together.
template <int Tile>
MN_HOST_DEVICE constexpr int operand_index(int k, int i) {
    return k * Tile + (i ^ (((k ^ (k >> 2)) & 3) << 3));
}

// Four places serve sixteen products of the depth, which spares registers: where k and dk < 16 have no bit in common,
// index(k + dk, i ^ 8 e) = index(k, i ^ 8 (e ^ turn(dk))) + dk * Tile.
MN_HOST_DEVICE constexpr int operand_turn(int dk) {
    return (dk ^ (dk >> 2)) & 3;
}

struct Spot {
    int i, k;
};

// Which float4 a thread fetches first where memory runs along k: four values of k for one i. The next ones lie
// kLoadDepth further along k, and in shared memory kLoadDepth * Tile.
template <int Tile>
MN_HOST_DEVICE constexpr Spot spot_along_k(int thread) {
    const int warp = thread / 32, lane = thread % 32;
    constexpr int kRowGroups = Tile / 8;
    return {8 * (warp % kRowGroups) + lane / 4, 16 * (warp / kRowGroups) + 4 * (lane % 4)};
}

// And where memory runs along i: four values of i for one k.
template <int Tile>
MN_HOST_DEVICE constexpr Spot spot_along_i(int thread) {
    return {4 * (thread % (Tile / 4)), thread / (Tile / 4)};
}

struct OutputSpot {
    int m, n;
};

// Output j (0..15) of a thread that multiplies by plain FMA: a square of 4 x 4.
template <int Tile>
MN_HOST_DEVICE constexpr OutputSpot fma_output(int thread, int j) {
    const int within = thread % TileShape<Tile>::kSliceThreads;
    return {4 * (within / (Tile / 4)) + j / 4, 4 * (within % (Tile / 4)) + j % 4};
}

// First output of the 16 x 32 square that a warp computes on the tensor cores.
template <int Tile>
MN_HOST_DEVICE constexpr OutputSpot warp_origin(int thread) {
    const int warp = thread % TileShape<Tile>::kSliceThreads / 32;
    constexpr int kRows = Tile / 16;
    return {16 * (warp % kRows), 32 * (warp / kRows)};
}

// Output j of a thread there: accumulator j % 4 of fragment j / 4 (mma.m16n8).
template <int Tile>
MN_HOST_DEVICE constexpr OutputSpot mma_output(int thread, int j) {
    const OutputSpot origin = warp_origin<Tile>(thread);
    const int lane = thread % 32;
    return {origin.m + lane / 4 + 8 * (j % 4 / 2), origin.n + 8 * (j / 4) + 2 * (lane % 4) + j % 2};
}

// ---- pixels
// ----------------------------------------------------------------------------------------------------------

// The scale in two floats, so that value() gives the float32 nearest to byte * scale.
struct PixelScale {
    float high = 1, low = 0;

    static PixelScale of(double scale) {
        const float high = static_cast<float>(scale);
        return {high, static_cast<float>(scale - static_cast<double>(high))};
    }
    MN_HOST_DEVICE float value(int byte) const {
        const float b = static_cast<float>(byte);
        return fmaf(b, high, b * low);
    }
};

// ---- loss
// ------------------------------------------------------------------------------------------------------------

// torch.nn.CrossEntropyLoss; smoothed_share is label_smoothing / classes.
struct LossRule {
    const float* class_weights = nullptr; // [classes] or null: ones
    float class_weight_sum = 0;
    int64_t ignore_index = -100;
    float hard_share = 1; // 1 - label_smoothing
    float smoothed_share = 0;
    int mean = 1; // reduction: mean or sum

    MN_HOST_DEVICE bool counts(int label) const { return label != ignore_index; }
    MN_HOST_DEVICE float weight(int c) const { return class_weights ? class_weights[c] : 1.0f; }
    // Of one sample; smooth is the weighted sum of -log(probability) over all classes.
    MN_HOST_DEVICE float loss(int label, float negative_log, float smooth) const {
        return hard_share * weight(label) * negative_log + smoothed_share * smooth;
    }
    // Derivative of the batch's loss by logit c of one sample; norm is 1 / the batch's sum of weights, or 1.
    MN_HOST_DEVICE float gradient(int c, int label, float probability, float norm) const {
        const float hard = weight(label) * (probability - (c == label ? 1.0f : 0.0f));
        const float smooth = class_weight_sum * probability - weight(c);
        return norm * (hard_share * hard + smoothed_share * smooth);
    }
};

// ---- update
// ----------------------------------------------------------------------------------------------------------

enum class Rule : int { adam, adamw, sgd };

struct OptimizerRule {
    Rule kind = Rule::adam;
    int amsgrad = 0, nesterov = 0, has_momentum = 0;
    float one_minus_beta1 = 0, beta2 = 0, one_minus_beta2 = 0, eps = 0;
    float weight_decay = 0;
    float momentum = 0, one_minus_dampening = 1;

    MN_HOST_DEVICE bool has_first() const { return kind != Rule::sgd || has_momentum; }
    MN_HOST_DEVICE bool has_second() const { return kind != Rule::sgd; }
    MN_HOST_DEVICE bool has_max() const { return kind != Rule::sgd && amsgrad; }
};

// What changes from step to step; computed on the host in double precision.
struct StepScalars {
    float learning_rate = 0;
    float step_size = 0;                // learning_rate / (1 - beta1^t)
    float inverse_sqrt_correction2 = 1; // 1 / sqrt(1 - beta2^t)
    float kept = 1;                     // AdamW: 1 - learning_rate * weight_decay
    int first_step = 0;                 // t == 1
};

struct Weight {
    float p = 0, first = 0, second = 0, max_second = 0;
};

// One parameter's step by torch.optim's formulas.
MN_HOST_DEVICE inline void update(const OptimizerRule& rule, const StepScalars& step, float gradient, Weight& w) {
    if (rule.kind == Rule::adamw) {
        w.p *= step.kept;
    } else {
        gradient = fmaf(rule.weight_decay, w.p, gradient);
    }
    if (rule.kind == Rule::sgd) {
        if (rule.has_momentum) {
            w.first = step.first_step ? gradient : fmaf(rule.momentum, w.first, rule.one_minus_dampening * gradient);
            gradient = rule.nesterov ? fmaf(rule.momentum, w.first, gradient) : w.first;
        }
        w.p = fmaf(-step.learning_rate, gradient, w.p);
        return;
    }
    w.first = fmaf(rule.one_minus_beta1, gradient - w.first, w.first);
    w.second = fmaf(rule.one_minus_beta2 * gradient, gradient, rule.beta2 * w.second);
    float second = w.second;
    if (rule.amsgrad)
        second = w.max_second = fmaxf(w.max_second, w.second);
    const float denominator = fmaf(sqrtf(second), step.inverse_sqrt_correction2, rule.eps);
    w.p = fmaf(-step.step_size, w.first / denominator, w.p);
}

} // namespace mn::cuda
