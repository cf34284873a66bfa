// From the options, in double precision, to what the kernels compute with.
#pragma once

#include <vector>

#include "cuda/rules.h"
#include "net/loss.h"
#include "net/optimizer.h"

namespace mn::cuda {

inline OptimizerRule optimizer_rule(const OptimizerOptions& o) {
    OptimizerRule rule;
    rule.kind = o.kind == OptimizerKind::sgd ? Rule::sgd : o.kind == OptimizerKind::adamw ? Rule::adamw : Rule::adam;
    rule.amsgrad = o.amsgrad;
    rule.nesterov = o.nesterov;
    rule.has_momentum = o.momentum != 0;
    rule.one_minus_beta1 = static_cast<float>(1 - o.beta1);
    rule.beta2 = static_cast<float>(o.beta2);
    rule.one_minus_beta2 = static_cast<float>(1 - o.beta2);
    rule.eps = static_cast<float>(o.eps);
    rule.weight_decay = static_cast<float>(o.weight_decay);
    rule.momentum = static_cast<float>(o.momentum);
    rule.one_minus_dampening = static_cast<float>(1 - o.dampening);
    return rule;
}

// t: 1 for the first step of all.
inline StepScalars scalars_of(const OptimizerOptions& o, double learning_rate, int64_t t) {
    StepScalars scalars;
    const double steps = static_cast<double>(t);
    scalars.learning_rate = static_cast<float>(learning_rate);
    scalars.step_size = static_cast<float>(learning_rate / (1 - std::pow(o.beta1, steps)));
    scalars.inverse_sqrt_correction2 = static_cast<float>(1 / std::sqrt(1 - std::pow(o.beta2, steps)));
    scalars.kept = static_cast<float>(1 - learning_rate * o.weight_decay);
    scalars.first_step = t == 1;
    return scalars;
}

// class_weights: those on the device, or null.
inline LossRule loss_rule(const LossOptions& o, int64_t classes, const float* class_weights) {
    LossRule rule;
    double sum = 0;
    for (int64_t c = 0; c < classes; ++c)
        sum += o.weight_of(c);
    rule.class_weights = class_weights;
    rule.class_weight_sum = static_cast<float>(sum);
    rule.ignore_index = o.ignore_index;
    rule.hard_share = static_cast<float>(1 - o.label_smoothing);
    rule.smoothed_share = static_cast<float>(o.label_smoothing / static_cast<double>(classes));
    rule.mean = o.reduction != Reduction::sum;
    return rule;
}

} // namespace mn::cuda
