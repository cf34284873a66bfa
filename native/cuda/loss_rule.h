// The loss as kernels see it: cross-entropy's formulas, one sample's loss and its derivative by one logit; and what the
// rules of net/loss-inl.h are given.
#pragma once

#include <cstdint>

#include "cuda/host_device.h"
#include "net/loss.h"

namespace mn::cuda {

// smoothed_share is label_smoothing / classes.
struct LossRule {
    LossKind kind = LossKind::cross_entropy;
    float parameter = 1;                  // beta, delta
    const float* pos_weight = nullptr;    // bce: [outputs] or null: ones
    const float* class_weights = nullptr; // [classes] or null: ones
    float class_weight_sum = 0;
    int64_t ignore_index = -100;
    float hard_share = 1; // 1 - label_smoothing
    float smoothed_share = 0;
    int mean = 1; // reduction: mean or sum

    // weights: the class weights or pos_weight that the kernels read, or null.
    static LossRule of(const LossOptions& options, int64_t outputs, const float* weights);

    MN_HOST_DEVICE bool has_targets() const { return takes_targets(kind); }
    // The third argument of net/loss-inl.h's rules, for an output.
    MN_HOST_DEVICE float parameter_of(int output) const {
        if (kind == LossKind::bce)
            return pos_weight ? pos_weight[output] : 1.0f;
        return parameter;
    }

    MN_HOST_DEVICE bool counts(int label) const { return label != ignore_index; }
    MN_HOST_DEVICE float weight(int c) const { return class_weights ? class_weights[c] : 1.0f; }
    // As LossOptions::has_mean.
    MN_HOST_DEVICE bool has_mean(double weight_sum) const { return !mean || weight_sum > 0; }
    // What a sample's gradient is multiplied by: its share of the mean, or 1 of a sum; 0 of a batch without a mean.
    MN_HOST_DEVICE float share(double weight_sum) const {
        if (!mean)
            return 1.0f;
        return has_mean(weight_sum) ? static_cast<float>(1.0 / weight_sum) : 0.0f;
    }
    // Of one sample; smooth is the weighted sum of -log(probability) over all classes.
    MN_HOST_DEVICE float loss(int label, float negative_log, float smooth) const {
        return hard_share * weight(label) * negative_log + smoothed_share * smooth;
    }
    // Derivative of the batch's loss by logit c of one sample; norm is its share().
    MN_HOST_DEVICE float gradient(int c, int label, float probability, float norm) const {
        const float hard = weight(label) * (probability - (c == label ? 1.0f : 0.0f));
        const float smooth = class_weight_sum * probability - weight(c);
        return norm * (hard_share * hard + smoothed_share * smooth);
    }
};

// In double precision, each rounded once.
inline LossRule LossRule::of(const LossOptions& options, int64_t outputs, const float* weights) {
    LossRule rule;
    rule.kind = options.kind;
    rule.mean = options.reduction != Reduction::sum;
    rule.parameter = static_cast<float>(options.parameter);
    if (rule.has_targets()) {
        rule.pos_weight = options.pos_weight.empty() ? nullptr : weights;
        return rule;
    }
    double sum = 0;
    for (int64_t c = 0; c < outputs; ++c)
        sum += options.weight_of(c);
    rule.class_weights = options.class_weights.empty() ? nullptr : weights;
    rule.class_weight_sum = static_cast<float>(sum);
    rule.ignore_index = options.ignore_index;
    rule.hard_share = static_cast<float>(1 - options.label_smoothing);
    rule.smoothed_share = static_cast<float>(options.label_smoothing / static_cast<double>(outputs));
    return rule;
}

} // namespace mn::cuda
