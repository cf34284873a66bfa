// Optimizers: their settings, what each keeps for every parameter, and the constants of one step. The formulas that
// these feed stand in update-inl.h, once for every arithmetic; the reference has plain loops of its own.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

namespace mn {

// Same values as mn_optimizer in mnist_native.h.
enum class OptimizerKind { adam, adamw, sgd };

constexpr OptimizerKind kLastOptimizer = OptimizerKind::sgd;

// What is kept for every parameter, the parameter itself first. Same values as mn_slot.
enum class Slot { parameters, first_moment, second_moment, max_second_moment };

constexpr int kSlots = 4;

// torch.optim.Adam, AdamW, SGD; the learning rate comes with each step.
struct OptimizerOptions {
    OptimizerKind kind = OptimizerKind::adam;
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
    bool amsgrad = false;
    double weight_decay = 0;
    double momentum = 0, dampening = 0;
    bool nesterov = false;
};

// A formula of update-inl.h. Those of one optimizer differ in what they keep.
enum class UpdateRule { adam, adam_amsgrad, sgd, sgd_momentum };

UpdateRule rule_of(const OptimizerOptions& options);

// Moments that a rule keeps: the slots behind the parameters, in their order.
constexpr int moments_of(UpdateRule rule) {
    switch (rule) {
    case UpdateRule::adam:
        return 2;
    case UpdateRule::adam_amsgrad:
        return 3;
    case UpdateRule::sgd:
        return 0;
    case UpdateRule::sgd_momentum:
        return 1;
    }
    return 0;
}

// The slots that an optimizer keeps, the parameters first.
std::span<const Slot> slots_of(const OptimizerOptions& options);
bool keeps(const OptimizerOptions& options, Slot slot);

// visit(std::integral_constant<UpdateRule, rule>): one instance of a kernel for each rule.
template <class Visit>
constexpr decltype(auto) with_rule(UpdateRule rule, Visit&& visit) {
    switch (rule) {
    case UpdateRule::adam:
        return visit(std::integral_constant<UpdateRule, UpdateRule::adam>());
    case UpdateRule::adam_amsgrad:
        return visit(std::integral_constant<UpdateRule, UpdateRule::adam_amsgrad>());
    case UpdateRule::sgd:
        return visit(std::integral_constant<UpdateRule, UpdateRule::sgd>());
    case UpdateRule::sgd_momentum:
        break; // below: the way out for the compiler, too
    }
    return visit(std::integral_constant<UpdateRule, UpdateRule::sgd_momentum>());
}

// What one step's formula needs, computed in double and rounded once. Each rule reads its own.
struct StepConstants {
    float learning_rate = 0;
    float weight_decay = 0; // what is added to the gradient, times the parameter
    // Adam, AdamW
    float beta1 = 0, one_minus_beta1 = 0, beta2 = 0, one_minus_beta2 = 0, eps = 0;
    float keep = 1;               // what a parameter is multiplied by first: AdamW's decay
    float step_size = 0;          // learning rate / bias correction of the first moment
    float inverse_correction = 0; // 1 / sqrt(bias correction of the second moment)
    // SGD
    float momentum = 0, undamped = 0;           // of the old buffer, of the gradient in the new one
    float from_momentum = 0, from_gradient = 0; // what the change is made of
};

// step: 1 for the first.
StepConstants step_constants(const OptimizerOptions& options, double learning_rate, int64_t step);

} // namespace mn
