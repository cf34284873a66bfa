#include "net/optimizer.h"

#include <algorithm>
#include <cmath>

namespace mn {

namespace {

float rounded(double x) {
    return static_cast<float>(x);
}

void set_adam(const OptimizerOptions& o, double learning_rate, int64_t step, StepConstants& c) {
    const double steps = static_cast<double>(step);
    c.beta1 = rounded(o.beta1);
    c.one_minus_beta1 = rounded(1 - o.beta1);
    c.beta2 = rounded(o.beta2);
    c.one_minus_beta2 = rounded(1 - o.beta2);
    c.step_size = rounded(learning_rate / (1 - std::pow(o.beta1, steps)));
    c.inverse_correction = rounded(1 / std::sqrt(1 - std::pow(o.beta2, steps)));
    c.eps = rounded(o.eps);
}

// The first step takes the gradient as it is, undampened.
void set_sgd(const OptimizerOptions& o, int64_t step, StepConstants& c) {
    const bool first = step == 1;
    c.momentum = rounded(first ? 0 : o.momentum);
    c.undamped = rounded(first ? 1 : 1 - o.dampening);
    c.from_gradient = o.nesterov ? 1 : 0;
    c.from_momentum = rounded(o.nesterov ? o.momentum : 1);
}

} // namespace

UpdateRule rule_of(const OptimizerOptions& options) {
    switch (options.kind) {
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
        return options.amsgrad ? UpdateRule::adam_amsgrad : UpdateRule::adam;
    case OptimizerKind::sgd:
        break;
    }
    return options.momentum != 0 ? UpdateRule::sgd_momentum : UpdateRule::sgd;
}

std::span<const Slot> slots_of(const OptimizerOptions& options) {
    static constexpr Slot kAll[kSlots] = {Slot::parameters, Slot::first_moment, Slot::second_moment,
                                          Slot::max_second_moment};
    return {kAll, static_cast<size_t>(1 + moments_of(rule_of(options)))};
}

bool keeps(const OptimizerOptions& options, Slot slot) {
    const std::span<const Slot> kept = slots_of(options);
    return std::find(kept.begin(), kept.end(), slot) != kept.end();
}

StepConstants step_constants(const OptimizerOptions& options, double learning_rate, int64_t step) {
    StepConstants c;
    c.learning_rate = rounded(learning_rate);
    c.weight_decay = rounded(options.weight_decay);
    switch (options.kind) {
    case OptimizerKind::adamw: // shrinks the parameter and leaves the gradient alone
        c.weight_decay = 0;
        c.keep = rounded(1 - learning_rate * options.weight_decay);
        set_adam(options, learning_rate, step, c);
        break;
    case OptimizerKind::adam:
        set_adam(options, learning_rate, step, c);
        break;
    case OptimizerKind::sgd:
        set_sgd(options, step, c);
        break;
    }
    return c;
}

} // namespace mn
