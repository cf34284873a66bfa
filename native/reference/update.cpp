#include "reference/update.h"

#include <algorithm>
#include <cmath>

namespace mn::reference {

namespace {

// Adam adds the decay to the gradient (L2); AdamW shrinks the parameter and leaves the gradient alone.
void update_adam(const OptimizerOptions& o, double learning_rate, std::span<const double> gradient,
                 std::span<double> parameters, OptimizerState& state) {
    const double steps = static_cast<double>(state.step);
    const double step_size = learning_rate / (1 - std::pow(o.beta1, steps));
    const double correction2_sqrt = std::sqrt(1 - std::pow(o.beta2, steps));
    const bool decoupled = o.kind == OptimizerKind::adamw;
    for (size_t i = 0; i < parameters.size(); ++i) {
        double& parameter = parameters[i];
        double g = gradient[i];
        if (decoupled) {
            parameter *= 1 - learning_rate * o.weight_decay;
        } else {
            g += o.weight_decay * parameter;
        }
        double& m = state.first_moment[i];
        double& v = state.second_moment[i];
        m = o.beta1 * m + (1 - o.beta1) * g;
        v = o.beta2 * v + (1 - o.beta2) * g * g;
        double scale = v;
        if (o.amsgrad)
            scale = state.max_second_moment[i] = std::max(state.max_second_moment[i], v);
        parameter -= step_size * m / (std::sqrt(scale) / correction2_sqrt + o.eps);
    }
}

void update_sgd(const OptimizerOptions& o, double learning_rate, std::span<const double> gradient,
                std::span<double> parameters, OptimizerState& state) {
    const bool first = state.step == 1; // the first momentum step takes the gradient as it is, undampened
    for (size_t i = 0; i < parameters.size(); ++i) {
        double g = gradient[i] + o.weight_decay * parameters[i];
        if (o.momentum != 0) {
            double& buffer = state.first_moment[i];
            buffer = first ? g : o.momentum * buffer + (1 - o.dampening) * g;
            g = o.nesterov ? g + o.momentum * buffer : buffer;
        }
        parameters[i] -= learning_rate * g;
    }
}

} // namespace

OptimizerState::OptimizerState(const OptimizerOptions& options, int64_t parameters) {
    const size_t size = static_cast<size_t>(parameters);
    if (keeps(options, Slot::first_moment))
        first_moment.assign(size, 0.0);
    if (keeps(options, Slot::second_moment))
        second_moment.assign(size, 0.0);
    if (keeps(options, Slot::max_second_moment))
        max_second_moment.assign(size, 0.0);
}

int64_t OptimizerState::bytes() const {
    const size_t values = first_moment.capacity() + second_moment.capacity() + max_second_moment.capacity();
    return static_cast<int64_t>(values * sizeof(double));
}

void update(const OptimizerOptions& options, double learning_rate, std::span<const double> gradient,
            std::span<double> parameters, OptimizerState& state) {
    ++state.step;
    switch (options.kind) {
    case OptimizerKind::adam:
    case OptimizerKind::adamw:
        return update_adam(options, learning_rate, gradient, parameters, state);
    case OptimizerKind::sgd:
        return update_sgd(options, learning_rate, gradient, parameters, state);
    }
}

} // namespace mn::reference
